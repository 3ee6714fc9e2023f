using System.CommandLine;
using CryptoInsight.Delta;
using CryptoInsight.Domain.Continuity;
using CryptoInsight.Host.Output;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Operations;
using Symbol = CryptoInsight.Domain.Market.Symbol;

namespace CryptoInsight.Host.Commands;

/// <summary><c>gaps</c>: which candles are or were missing, and what the exchange said about them.</summary>
public static class GapsCommand
{
    private static readonly string[] s_columns = ["symbol", "interval", "gap_start", "gap_end", "state", "found_at", "settled_at", "evidence"];

    public static Command Create(GlobalOptions global)
    {
        ArgumentNullException.ThrowIfNull(global);
        var state = new Option<GapState?>("--state") { Description = "Only gaps that are open, filled or absent" };
        var symbol = new Option<string?>("--symbol") { Description = "Only gaps of this symbol" };
        var command = new Command("gaps", "Candles that are or were missing, newest first") { state, symbol };
        command.SetAction(global.Run((parsed, context, ct) => ListAsync(context, parsed.GetValue(state), parsed.GetValue(symbol), ct)));
        return command;
    }

    private static async Task<int> ListAsync(CommandContext context, GapState? state, string? symbol, CancellationToken ct)
    {
        Symbol? wanted = symbol is null ? null : Symbol.TryParse(symbol, out Symbol known) ? known : throw new UsageException("--symbol takes letters and digits, such as BTCUSDT.");
        LakeLocation lake = await context.ExistingLakeAsync(ct);
        var table = new GapsTable(await DeltaTable.OpenAsync(lake.StoreOf(GapsTable.Name), ct: ct));
        List<Gap> gaps = [];
        await foreach (Gap gap in table.ReadAsync(state, ct))
        {
            if (wanted is null || gap.Symbol == wanted)
            {
                gaps.Add(gap);
            }
        }

        await RowPrinter.PrintAsync(
            context.Out,
            context.Output,
            s_columns,
            gaps.OrderByDescending(g => g.Range.From).ThenBy(g => g.Symbol).ThenBy(g => g.Interval).Select(g => (IReadOnlyList<object?>)
                [g.Symbol.Code, g.Interval.Code, g.Range.From.ToDateTimeOffset(), g.Range.To.ToDateTimeOffset(), GapsTable.WordOf(g.State), g.FoundAt.ToDateTimeOffset(),
                 g.SettledAt?.ToDateTimeOffset(), string.Join("; ", g.Evidence.Select(e => e.What))]),
            ct);
        return ExitCode.Ok;
    }
}
