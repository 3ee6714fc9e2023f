using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;
using CryptoInsight.Engine.Flows;
using CryptoInsight.Engine.Options;
using CryptoInsight.Host.Commands;
using CryptoInsight.PaperExchange;
using CryptoInsight.Sources.Binance;

namespace CryptoInsight.Host.Node;

/// <summary>The exchange that a node follows: the paper exchange inside this process, or a real one, always over HTTP.</summary>
public sealed class ExchangeConnection : IAsyncDisposable
{
    /// <summary>The host that serves market data without a key.</summary>
    private static readonly Uri s_binance = new("https://data-api.binance.vision");

    /// <summary>MA200 needs 200 buckets before its first value; as many again make a chart.</summary>
    private const int BucketsWanted = 400;

    private readonly PaperExchangeServer? _paper;
    private readonly BinanceRest _rest;
    private readonly TimeProvider _clock;

    private ExchangeConnection(PaperExchangeServer? paper, BinanceRest rest, KlineFeed feed, TimeProvider clock, string title)
    {
        _paper = paper;
        _rest = rest;
        _clock = clock;
        Feed = feed;
        Title = title;
    }

    public KlineFeed Feed { get; }

    /// <summary>For people.</summary>
    public string Title { get; }

    public bool IsSimulated => _paper is not null;

    public static async Task<ExchangeConnection> OpenAsync(string exchange, string runId, TimeProvider clock, CancellationToken ct)
    {
        PaperExchangeServer? paper = exchange == "paper" ? await PaperExchangeServer.StartAsync(new PaperExchangeOptions(), ct) : null;
        Uri address = exchange switch
        {
            "paper" => paper!.BaseAddress,
            "binance" => s_binance,
            _ => Uri.TryCreate(exchange, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https"
                ? uri
                : throw new UsageException("--exchange takes paper, binance, or the base URL of a Binance-compatible exchange."),
        };
        throw new NotImplementedException(address.ToString());
    }

    /// <summary>The series to follow, checked against what the exchange lists.</summary>
    public async Task<IReadOnlyList<SeriesStart>> SeriesAsync(EngineOptions options, CancellationToken ct)
    {
        throw new NotImplementedException();
    }

    public async ValueTask DisposeAsync()
    {
        if (_paper is not null)
        {
            await _paper.DisposeAsync();
        }
    }
}
