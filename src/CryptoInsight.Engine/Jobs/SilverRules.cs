using CryptoInsight.Domain.Quality;
using CryptoInsight.Lake.DeadLetters;

namespace CryptoInsight.Engine.Jobs;

/// <summary>How one Silver table judges, names and orders its rows. Pure.</summary>
/// <typeparam name="TRaw">A row of Bronze.</typeparam>
/// <typeparam name="TRow">A row of Silver.</typeparam>
/// <typeparam name="TKey">What makes a Silver row itself: two rows of one key are never both there (INV-2).</typeparam>
public abstract class SilverRules<TRaw, TRow, TKey>
    where TRow : class
    where TKey : notnull
{
    public abstract string JobId { get; }

    /// <summary>Which of several rows of a key wins (INV-3).</summary>
    public abstract IComparer<TRow> Order { get; }

    /// <summary>The Silver row of a Bronze row, or why it is quarantined.</summary>
    public abstract (TRow? Row, SilverVerdict.Quarantined? Why) Read(TRaw raw);

    /// <summary>The dead letter of a Bronze row: its id follows from the row's content alone.</summary>
    public abstract DeadLetter Letter(TRaw raw, string code, string message, string jobRunId);

    public abstract TKey KeyOf(TRow row);

    /// <summary>The row's name in the table (<c>unique_key</c>); rows of one key may differ in it.</summary>
    public abstract string NameOf(TRow row);

    /// <summary>The row's partition: a key never leaves its day.</summary>
    public abstract int DayOf(TRow row);
}
