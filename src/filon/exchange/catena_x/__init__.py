"""Catena-X footprints: a PACT footprint as `io.catenax.pcf` 9.0.0 and back, and the battery component's payload.

write(to_pcf(body))               # bytes; numbers as exact as they were
from_pcf(json.loads(data))        # 9.0.0, 8.0.0 and 6.0.0 become a PACT 3 footprint
"""

from filon.exchange.catena_x.component import Part, component
from filon.exchange.catena_x.read import from_pcf, is_pcf
from filon.exchange.catena_x.write import to_pcf
from filon.exchange.writing import as_json as write

__all__ = ["Part", "component", "from_pcf", "is_pcf", "to_pcf", "write"]
