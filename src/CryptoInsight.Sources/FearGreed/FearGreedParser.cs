using System.Text;
using CryptoInsight.Domain.Quality;
using CryptoInsight.Sources.Binance;

namespace CryptoInsight.Sources.FearGreed;

/// <summary>A Bronze row of the index to its Silver row, or why there is none. Pure.</summary>
public static class FearGreedParser
{
    /// <summary>The row, or its quarantine.</summary>
    public static (SilverFearGreed? Row, SilverVerdict.Quarantined? Why) Read(RawFearGreed raw)
    {
        ArgumentNullException.ThrowIfNull(raw);
        if (raw.TsUnix is not { } seconds)
        {
            return (null, new SilverVerdict.Quarantined("time_unreadable", "The element has no timestamp in Unix seconds."));
        }

        if (raw.IndexValue is null || !VenueTimeText.TryReadInteger(Encoding.UTF8.GetBytes(raw.IndexValue), out long value) || value is < int.MinValue or > int.MaxValue)
        {
            return (null, new SilverVerdict.Quarantined("value_unreadable", "The element has no whole number as its value."));
        }

        if (string.IsNullOrWhiteSpace(raw.ValueClassification))
        {
            return (null, new SilverVerdict.Quarantined("class_missing", "The element has no value_classification."));
        }

        var row = new SilverFearGreed(seconds, (int)value, raw.ValueClassification, raw.TimeUntilUpdate, raw.IngestTime, raw.Source);
        SilverVerdict.Quarantined? broken = FearGreedExpectation.Judge(row.Point);
        return broken is null ? (row, null) : (null, broken);
    }
}
