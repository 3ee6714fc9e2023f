namespace CryptoInsight.Domain.Quality;

/// <summary>The rules that a candle is judged by, in the order in which they are reported.</summary>
public enum CandleRule
{
    /// <summary>Open and close time lie between 2009 and 2100, ingest time too, and the close is not before the open.</summary>
    TimeImplausible,

    /// <summary>The open time starts a candle of its interval.</summary>
    OffGrid,

    /// <summary>Every number is finite.</summary>
    NotFinite,

    /// <summary>No number is beyond what any market has (<see cref="Market.Candle.MagnitudeMax"/>, <see cref="Market.Candle.TradesMax"/>).</summary>
    OutOfRange,

    /// <summary>low &lt;= open and low &lt;= close.</summary>
    LowAboveBody,

    /// <summary>high &gt;= open and high &gt;= close.</summary>
    HighBelowBody,

    /// <summary>Volume, quote volume and the taker's shares are not negative.</summary>
    VolumeNegative,

    /// <summary>Trades are not negative.</summary>
    TradesNegative,

    /// <summary>The candle was closed when it arrived: close time &lt;= ingest time + 5 s.</summary>
    CloseAfterIngest,

    /// <summary>The candle does not end after its interval.</summary>
    CloseBeyondInterval,
}
