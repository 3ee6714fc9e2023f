namespace CryptoInsight.Sources.Binance;

/// <summary>How the text of a wire element becomes a value; nothing is converted that is not named here.</summary>
public enum WireType
{
    /// <summary>Known and left alone: neither a column nor drift.</summary>
    Ignored,

    /// <summary>A whole number of milliseconds or microseconds (told by size), or ISO 8601 text, UTC unless it has an offset.</summary>
    VenueTime,

    /// <summary>A decimal, as a JSON string or number, read as the nearest double.</summary>
    Decimal,

    /// <summary>A whole number of 64 bits, as a JSON number or string.</summary>
    Integer,

    /// <summary>A whole number of 32 bits, as a JSON number or string.</summary>
    Integer32,

    /// <summary>Text as it stands.</summary>
    Text,

    /// <summary>True or false.</summary>
    Boolean,
}
