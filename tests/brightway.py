"""Brightway's answer for all products of a weave: its own matrices, then one transposed solve."""

from __future__ import annotations

import numpy as np


def calculation(one, burden):
    """bw2calc's LCA of a weave, matrices made."""
    import bw2calc
    import bw_processing as bwp

    count = one.count
    package, node = bwp.create_datapackage(), np.arange(count)
    indices = np.zeros(count + len(one.share), bwp.INDICES_DTYPE)
    indices["row"], indices["col"] = np.r_[node, one.source], np.r_[node, one.target]
    package.add_persistent_vector(
        matrix="technosphere_matrix", indices_array=indices, data_array=np.r_[np.ones(count), one.share],
        flip_array=np.r_[np.zeros(count, bool), np.ones(len(one.share), bool)],
    )  # fmt: skip
    gas = count + 1
    flows = np.zeros(count, bwp.INDICES_DTYPE)
    flows["row"], flows["col"] = gas, node
    package.add_persistent_vector(matrix="biosphere_matrix", indices_array=flows, data_array=burden)
    package.add_persistent_vector(
        matrix="characterization_matrix", indices_array=np.array([(gas, gas)], dtype=bwp.INDICES_DTYPE),
        data_array=np.ones(1),
    )  # fmt: skip
    lca = bw2calc.LCA({int(count - 1): 1}, data_objs=[package])
    lca.load_lci_data()
    lca.load_lcia_data()
    return lca


def adjoint(lca, order=None):
    """All products at once from the calculation's matrices: the transposed technosphere, one factorisation."""
    from scipy.sparse.linalg import splu

    impact = np.asarray((lca.characterization_matrix @ lca.biosphere_matrix).sum(axis=0)).ravel()
    y = splu(lca.technosphere_matrix.T.tocsc(), permc_spec=order).solve(impact)
    rows = [lca.dicts.product[node] for node in range(len(impact))]
    assert rows == [lca.dicts.activity[node] for node in range(len(impact))]
    return y[rows]


def all_products(one, burden, order=None):
    return adjoint(calculation(one, burden), order)
