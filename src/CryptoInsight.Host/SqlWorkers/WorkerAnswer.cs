namespace CryptoInsight.Host.SqlWorkers;

/// <summary>What became of a statement. A closed union.</summary>
public abstract record WorkerAnswer
{
    private WorkerAnswer()
    {
    }

    /// <summary>An answer, as <see cref="ResultJson"/> writes it.</summary>
    public sealed record Rows(ReadOnlyMemory<byte> Json, TimeSpan Took) : WorkerAnswer;

    /// <summary>The statement is wrong or not allowed; the message says what to write instead.</summary>
    public sealed record Refused(string Message) : WorkerAnswer;

    /// <summary>The user stopped it.</summary>
    public sealed record Stopped : WorkerAnswer;

    /// <summary>It went over a limit, or broke its worker, which was ended and replaced.</summary>
    public sealed record OverLimit(string Message) : WorkerAnswer;

    /// <summary>Too many are waiting already; nothing was run.</summary>
    public sealed record Busy(string Message) : WorkerAnswer;

    public T Match<T>(Func<Rows, T> rows, Func<Refused, T> refused, Func<Stopped, T> stopped, Func<OverLimit, T> overLimit, Func<Busy, T> busy)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(refused);
        ArgumentNullException.ThrowIfNull(stopped);
        ArgumentNullException.ThrowIfNull(overLimit);
        ArgumentNullException.ThrowIfNull(busy);
        return this switch
        {
            Rows r => rows(r),
            Refused r => refused(r),
            Stopped s => stopped(s),
            OverLimit o => overLimit(o),
            Busy b => busy(b),
            _ => throw new InvalidOperationException("The union is closed."),
        };
    }
}
