using CryptoInsight.Sources.Binance;

namespace CryptoInsight.Sources.Files;

/// <summary>What the user says about a file, and how much of it may be taken at once.</summary>
public sealed record KlineFileOptions
{
    /// <summary>The symbol; null: a column, else the file name says it.</summary>
    public Symbol? Symbol { get; init; }

    /// <summary>The interval; null: a column, else the file name says it.</summary>
    public Interval? Interval { get; init; }

    /// <summary>The market; null: futures if the header is that of the futures archives, else spot.</summary>
    public Market? Market { get; init; }

    /// <summary>Which element is which column, in JSON rows and in the rows made from CSV.</summary>
    public KlineWireSchema Schema { get; init; } = KlineWireSchema.Binance;

    /// <summary>Rows in one batch.</summary>
    public int BatchRowsMax { get; init; } = 8_192;

    /// <summary>Characters of raw JSON in one batch: rows of a hostile file may be a mebibyte each.</summary>
    public int BatchCharsMax { get; init; } = 4 * 1024 * 1024;

    /// <summary>The most content, unwrapped, that a file may have; a zip bomb ends here.</summary>
    public long ContentBytesMax { get; init; } = 256L * 1024 * 1024 * 1024;
}
