namespace CryptoInsight.Sources.Files;

/// <summary>Why a file cannot be replayed.</summary>
public enum KlineFileRefusal
{
    /// <summary>It is not there, or may not be read.</summary>
    Unreadable,

    /// <summary>It has no content, or no candle in it.</summary>
    Empty,

    /// <summary>Its content is of no kind that is known here.</summary>
    UnknownFormat,

    /// <summary>It is wrapped in something that cannot be opened here, or that holds not exactly one file.</summary>
    Wrapping,

    /// <summary>Nothing says whose candles these are.</summary>
    SymbolUnknown,

    /// <summary>Nothing says how long the candles are.</summary>
    IntervalUnknown,

    /// <summary>Open times are not on the interval's grid, or the close times show another interval.</summary>
    OffGrid,

    /// <summary>The file says two things at once: several symbols, or another one than the option.</summary>
    Contradiction,

    /// <summary>The content is longer than allowed.</summary>
    TooLarge,
}
