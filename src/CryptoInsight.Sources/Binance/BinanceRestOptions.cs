namespace CryptoInsight.Sources.Binance;

/// <summary>Where the exchange is, how long an answer may take and be, and what requests cost.</summary>
public sealed record BinanceRestOptions
{
    /// <summary>The base, such as <c>https://data-api.binance.vision</c>.</summary>
    public required Uri BaseUrl { get; init; }

    /// <summary>The path in front of every endpoint; <c>/fapi/v1</c> for USDS-M futures.</summary>
    public string ApiPath { get; init; } = "/api/v3";

    /// <summary>The <c>source</c> column of the rows.</summary>
    public string Source { get; init; } = "binance.spot.rest";

    /// <summary>Which element is which column.</summary>
    public KlineWireSchema Schema { get; init; } = KlineWireSchema.Binance;

    /// <summary>How long one request may take, its body included (the exchange itself gives up after 10 s).</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The longest body of klines that is read: 1,000 rows are some 200 KB.</summary>
    public int KlinesBytesMax { get; init; } = 8 * 1024 * 1024;

    /// <summary>The longest exchangeInfo that is read.</summary>
    public int ExchangeInfoBytesMax { get; init; } = 64 * 1024 * 1024;

    /// <summary>What GET time costs.</summary>
    public int TimeWeight { get; init; } = 1;

    /// <summary>What GET exchangeInfo costs.</summary>
    public int ExchangeInfoWeight { get; init; } = 20;

    /// <summary>What GET klines costs, whatever its limit.</summary>
    public int KlinesWeight { get; init; } = 2;

    /// <summary>How we call ourselves.</summary>
    public string UserAgent { get; init; } = "CryptoInsight";
}
