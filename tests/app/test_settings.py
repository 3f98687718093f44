"""Settings from the environment: a number that is none is a wrong call, told by the variable's name."""

import pytest

from filon.app.settings import Settings
from filon.core.errors import WrongCallError


def test_defaults_where_the_environment_is_silent():
    assert (Settings.of({}).port, Settings.of({}).max_file_mb) == (8765, 200)


@pytest.mark.parametrize("text", ["abc", "", "-1", "0", "1e3", "٣", "9" * 5000])
@pytest.mark.parametrize("name", ["FILON_PORT", "FILON_MAX_FILE_MB", "FILON_CAPTURE_EVENTS"])
def test_a_number_that_is_none_is_a_wrong_call(name, text):
    with pytest.raises(WrongCallError, match=name):
        Settings.of({name: text})
