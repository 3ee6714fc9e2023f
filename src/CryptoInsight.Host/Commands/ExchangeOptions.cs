using System.CommandLine;

namespace CryptoInsight.Host.Commands;

/// <summary>The options of commands that follow an exchange, and the settings that they stand for.</summary>
public sealed class ExchangeOptions
{
    private readonly Option<string?> _exchange = new("--exchange") { Description = "paper (built in, simulated), binance, or a base URL", HelpName = "paper|binance|URL" };
    private readonly Option<string?> _symbols = new("--symbols") { Description = "Symbols to follow, such as BTCUSDT,ETHUSDT", HelpName = "A,B" };
    private readonly Option<string?> _intervals = new("--intervals") { Description = "Candle intervals to follow, such as 1m,4h", HelpName = "1m,4h" };
    private readonly Option<string?> _since = new("--since") { Description = "How far back the first start goes, such as 7d; auto: as far as every timeframe needs", HelpName = "7d" };

    public void AddTo(Command command)
    {
        ArgumentNullException.ThrowIfNull(command);
        command.Options.Add(_exchange);
        command.Options.Add(_symbols);
        command.Options.Add(_intervals);
        command.Options.Add(_since);
    }

    public IEnumerable<(string Option, string Key, string? Value)> Assignments(ParseResult parsed)
    {
        ArgumentNullException.ThrowIfNull(parsed);
        return
        [
            ("--exchange", "ingest.exchange", parsed.GetValue(_exchange)),
            ("--symbols", "ingest.symbols", List(parsed.GetValue(_symbols))),
            ("--intervals", "ingest.intervals", List(parsed.GetValue(_intervals))),
            ("--since", "ingest.since", parsed.GetValue(_since)),
        ];
    }

    // Quoted, so that no text can be more than one element of the list.
    private static string? List(string? text) =>
        text is null ? null : $"[{string.Join(',', text.Split(',').Select(t => $"\"{t.Trim().Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\""))}]";
}
