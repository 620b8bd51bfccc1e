"""Names of quantities, as people read them: `lane_offset_rms_m` is "lane offset rms" in m."""

_UNITS = {
    "m_s": "m/s",
    "m_s2": "m/s²",
    "m_s3": "m/s³",
    "rad_s": "rad/s",
    "per_m": "1/m",
    "per_km": "1/km",
    "m": "m",
    "mm": "mm",
    "km": "km",
    "s": "s",
    "rad": "rad",
    "deg": "°",
    "kg": "kg",
    "N": "N",
}
_SHARES = ("coverage",)  # first words of what is a share of something with a unit


def words_and_unit(name: str) -> tuple[str, str]:
    """Split `speed_m_s` into its words `speed` and its unit's symbol `m/s`, which may be empty."""
    parts = name.split("_")
    for length in (2, 1):
        unit = _UNITS.get("_".join(parts[-length:]))
        if unit is not None and len(parts) > length:
            unit = "" if parts[0] in _SHARES else unit
            return " ".join(parts[:-length]), unit
    return " ".join(parts), ""


def with_unit(value: float, unit: str) -> str:
    """Write a value with its unit, to three digits or to the thousandth: `12.3 m/s`, `0.123 m`."""
    magnitude = abs(value)
    decimals = sum(magnitude < limit for limit in (100, 10, 1))
    value = round(value, decimals) + 0.0  # never "-0.00"
    return f"{value:.{decimals}f} {unit}".replace("-", "\N{MINUS SIGN}").rstrip()
