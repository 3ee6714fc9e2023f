using System.CommandLine;
using CryptoInsight.Delta;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;
using CryptoInsight.Engine.Jobs;
using CryptoInsight.Host.Node;
using CryptoInsight.Host.Output;
using CryptoInsight.Lake.Gold;
using CryptoInsight.Lake.Operations;
using CryptoInsight.Lake.Silver;
using CryptoInsight.Lake.Sql;

namespace CryptoInsight.Host.Commands;

/// <summary><c>watermark show|set</c>: how long Gold waits for late candles, what another delay would have meant, and how to set it while nodes run.</summary>
/// <remarks>The delay is a property of <c>gold_signals</c>, set by a commit: nodes that run find it within a poll, so nothing needs to reach them.</remarks>
public static class WatermarkCommand
{
    /// <summary>The setting that a delay set here is stronger than.</summary>
    public const string DelayKey = "cryptoinsight.gold.watermark-delay";

    /// <summary>Where a delay set here comes from, in the words of <c>config show</c>.</summary>
    public const string SetSource = "watermark set (property of gold_signals)";

    private static readonly string[] s_previewColumns = ["delay", "state", "candles", "late_candles", "corrected_buckets", "open_buckets_max", "open_buckets_now"];

    public static Command Create(GlobalOptions global)
    {
        ArgumentNullException.ThrowIfNull(global);
        var hours = new Option<int>("--hours") { Description = "How far back the preview looks, by time of arrival", DefaultValueFactory = _ => 24 };
        var show = new Command("show", "The delay in force, where it comes from, and the watermark of each interval");
        show.SetAction(global.Run((_, context, ct) => ShowAsync(context, ct)));
        var delay = new Argument<string>("DELAY") { Description = "Such as 15min or 90s; default: back to the configured delay" };
        var preview = new Option<bool>("--preview") { Description = "Only say what the delay would have meant" };
        var set = new Command("set", "Set the delay; it is in force at once, on every node") { delay, preview, hours };
        set.SetAction(global.Run((parsed, context, ct) => SetAsync(context, parsed.GetRequiredValue(delay), parsed.GetValue(preview), parsed.GetValue(hours), ct)));
        return new Command("watermark", "How long Gold waits for late candles") { show, set };
    }

    /// <summary>The delay that was set for the lake of the settings, or null; a lake without Gold has none.</summary>
    public static async Task<TimeSpan?> DelaySetAsync(CommandContext context, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(context);
        var catalog = new LakeCatalog(context.Lake());
        return (await catalog.TableNamesAsync(ct)).Contains(GoldSignalsTable.Name)
            ? WatermarkSetting.Of((await catalog.OpenAsync(GoldSignalsTable.Name, ct)).Snapshot)
            : null;
    }

    private static async Task<int> ShowAsync(CommandContext context, CancellationToken ct)
    {
        TimeSpan? set = await DelaySetAsync(context, ct);
        SignalSettings settings = set is { } s ? context.Options.Signals.WithWatermarkDelay(s) : context.Options.Signals;
        string source = set is null ? context.Settings.Effective().First(e => e.Key == DelayKey).Source : SetSource;
        SilverChartsTable silver = await SilverAsync(context, ct);
        var horizon = new SilverHorizon();
        await horizon.LoadAsync(silver, silver.Table.Snapshot.Version, ct);
        string delay = WatermarkSetting.Text(settings.WatermarkDelay);
        await RowPrinter.PrintAsync(
            context.Out, context.Output, ["interval", "watermark", "delay", "source"],
            horizon.Watermarks(settings).Entries.Select(e => (IReadOnlyList<object?>)[e.Key.Code, e.Value.ToDateTimeOffset(), delay, source]), ct);
        return ExitCode.Ok;
    }

    private static async Task<int> SetAsync(CommandContext context, string text, bool onlyPreview, int hours, CancellationToken ct)
    {
        bool isDefault = text == "default";
        TimeSpan delay = isDefault ? context.Options.Signals.WatermarkDelay
            : WatermarkSetting.Parse(text) ?? throw new UsageException("DELAY is a whole number with its unit (ms, s, min, h, d) from 0s to 7d, such as 15min, or default.");
        if (hours is < 1 or > 24 * 366)
        {
            throw new UsageException("--hours is from 1 to 8784.");
        }

        var catalog = new LakeCatalog(context.Lake());
        SilverChartsTable silver = await SilverAsync(context, ct);
        DeltaTable gold = await catalog.OpenAsync(GoldSignalsTable.Name, ct);
        TimeSpan now = InForce(context, gold);
        UnixMicros since = UnixMicros.From(TimeProvider.System.GetUtcNow()) - TimeSpan.FromHours(hours);
        WatermarkPreview before = await WatermarkSetting.PreviewAsync(silver, context.Options.Signals, now, since, ct);
        WatermarkPreview after = await WatermarkSetting.PreviewAsync(silver, context.Options.Signals, delay, since, ct);
        if (!onlyPreview)
        {
            CommitOutcome outcome = await WatermarkSetting.SetAsync(gold, isDefault ? null : delay, ct);
            outcome.Match(
                _ => true,
                _ => true,
                superseded => throw new CommandFailedException($"The delay was not set: {superseded.Why} Try again."),
                conflict => throw new CommandFailedException($"The delay was not set: {conflict.Why} Try again."));
            await TellAsync(context, now, delay, isDefault, ct);
        }

        await RowPrinter.PrintAsync(
            context.Out, context.Output, s_previewColumns, [Row(before, onlyPreview ? "in force" : "before"), Row(after, onlyPreview ? "proposed" : "in force")], ct);
        return ExitCode.Ok;
    }

    /// <summary>The delay in force; a property that is no delay must not keep an operator from setting another.</summary>
    private static TimeSpan InForce(CommandContext context, DeltaTable gold)
    {
        try
        {
            return WatermarkSetting.Applied(context.Options.Signals, gold.Snapshot).WatermarkDelay;
        }
        catch (InvalidDataException broken)
        {
            context.Error.WriteLine(broken.Message);
            return context.Options.Signals.WatermarkDelay;
        }
    }

    /// <summary>INV-8: who changed it, from what to what.</summary>
    private static async Task TellAsync(CommandContext context, TimeSpan before, TimeSpan after, bool isDefault, CancellationToken ct)
    {
        var events = new EventsTable(await DeltaTable.OpenOrCreateAsync(context.Lake().StoreOf(EventsTable.Name), EventsTable.Definition, new DeltaTableOptions(), ct));
        string was = WatermarkSetting.Text(before), now = WatermarkSetting.Text(after);
        await events.AppendAsync(
            [
                new LakeEvent(
                    $"{NodeIdentity.NewRunId("watermark")}/watermark_set", UnixMicros.From(TimeProvider.System.GetUtcNow()), "watermark_set", "INFO", "operator",
                    $"The watermark delay was set from {was} to {now}{(isDefault ? ", the configured one" : "")}.",
                    $"워터마크 지연을 {was}에서 {now}(으)로 {(isDefault ? "되돌렸습니다(설정값)" : "변경했습니다")}.") { TableName = GoldSignalsTable.Name },
            ],
            ct);
    }

    private static IReadOnlyList<object?> Row(WatermarkPreview p, string state) =>
        [WatermarkSetting.Text(p.Delay), state, p.CandleCount, p.LateCandleCount, p.CorrectedBucketCount, p.OpenBucketCountMax, p.OpenBucketCountNow];

    private static async Task<SilverChartsTable> SilverAsync(CommandContext context, CancellationToken ct)
    {
        var catalog = new LakeCatalog(context.Lake());
        return (await catalog.TableNamesAsync(ct)).Contains(SilverChartsTable.Name)
            ? new SilverChartsTable(await catalog.OpenAsync(SilverChartsTable.Name, ct))
            : throw new CommandFailedException(await catalog.KnownAsync(ct));
    }
}
