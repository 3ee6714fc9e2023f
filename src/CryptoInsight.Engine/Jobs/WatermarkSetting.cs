using CryptoInsight.Delta;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Log;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;
using CryptoInsight.Engine.Options;
using CryptoInsight.Lake.Silver;

namespace CryptoInsight.Engine.Jobs;

/// <summary>The watermark delay that an operator set: a property of <c>gold_signals</c>, so that it lies with what it decides, survives every restart and reaches every node.</summary>
/// <remarks>It is stronger than the configuration. A running driver follows its own table, finds the change within a poll and starts again with it.</remarks>
public static class WatermarkSetting
{
    public const string Property = "cryptoinsight.watermarkDelay";

    /// <summary>The delay that was set, or null: the configured one is in force.</summary>
    public static TimeSpan? Of(Snapshot gold)
    {
        ArgumentNullException.ThrowIfNull(gold);
        return !gold.Metadata.Configuration.TryGetValue(Property, out string? text) ? null
            : SettingsReader.TryDuration(text, out TimeSpan delay) && delay >= TimeSpan.Zero && delay <= SignalSettings.WatermarkDelayMax ? delay
            : throw new InvalidDataException($"The property {Property} of gold_signals is no delay. Set it again: cryptoinsight watermark set 10min");
    }

    /// <summary>The settings with the delay that is in force.</summary>
    public static SignalSettings Applied(SignalSettings configured, Snapshot gold)
    {
        ArgumentNullException.ThrowIfNull(configured);
        return Of(gold) is { } delay ? configured.WithWatermarkDelay(delay) : configured;
    }

    /// <summary>Sets the delay, or (null) goes back to the configured one.</summary>
    public static Task<CommitOutcome> SetAsync(DeltaTable gold, TimeSpan? delay, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(gold);
        return gold.AlterAsync(
            delay is { } set
                ? new TableAlteration { SetProperties = new Dictionary<string, string> { [Property] = Text(set) } }
                : new TableAlteration { UnsetProperties = [Property] },
            new CommitSpec("SET TBLPROPERTIES"),
            ct);
    }

    /// <summary>What a delay would have meant for the candles that arrived since an instant.</summary>
    public static async Task<WatermarkPreview> PreviewAsync(SilverChartsTable silver, SignalSettings settings, TimeSpan delay, UnixMicros since, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(silver);
        var arrivals = new List<(UnixMicros IngestTime, CandleArrival Arrival)>();
        await foreach (IReadOnlyList<(UnixMicros, CandleArrival)> some in silver.ArrivalsAsync(silver.Table.Snapshot, since, ct).ConfigureAwait(false))
        {
            arrivals.AddRange(some);
        }

        return WatermarkPreview.Of(arrivals.OrderBy(a => a.IngestTime).ThenBy(a => a.Arrival.OpenTime).Select(a => a.Arrival), settings, delay);
    }

    /// <summary>A delay as settings are written.</summary>
    public static string Text(TimeSpan delay) =>
        delay.Ticks % TimeSpan.TicksPerMinute == 0 ? FormattableString.Invariant($"{delay.Ticks / TimeSpan.TicksPerMinute}min")
        : delay.Ticks % TimeSpan.TicksPerSecond == 0 ? FormattableString.Invariant($"{delay.Ticks / TimeSpan.TicksPerSecond}s")
        : FormattableString.Invariant($"{delay.Ticks / TimeSpan.TicksPerMicrosecond}us");

    /// <summary>Reads a delay as people write it; null if it is none between 0 and 7 days.</summary>
    public static TimeSpan? Parse(string? text) =>
        SettingsReader.TryDuration(text, out TimeSpan delay) && delay <= SignalSettings.WatermarkDelayMax ? delay : null;
}
