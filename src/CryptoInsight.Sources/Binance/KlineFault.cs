namespace CryptoInsight.Sources.Binance;

/// <summary>The stable codes of rows that cannot be read as a candle.</summary>
public static class KlineFault
{
    /// <summary>The text is no JSON, or neither an array nor an object.</summary>
    public const string Json = "json";

    /// <summary>The row could not be split into columns when it came in; its text was kept.</summary>
    public const string Unsplittable = "unsplittable";

    /// <summary>An element that every candle has is absent or null.</summary>
    public const string MissingElement = "missing_element";

    /// <summary>An element is there and is not of its column's type.</summary>
    public const string Cast = "cast";

    /// <summary>A time is unreadable, of an impossible size, or another than the row's key says.</summary>
    public const string Time = "time";
}
