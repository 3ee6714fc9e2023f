using CryptoInsight.Delta;

namespace CryptoInsight.Lake;

/// <summary>Where a table's cleanup tells of readers that it has waited for too long, whoever listens.</summary>
public sealed class ReaderAlerts
{
    private volatile Action<string, ReaderPastLimit>? _listener;

    /// <summary>Who is told from now on, instead of anyone before: the table's name, and what is known of the reader.</summary>
    public void Listen(Action<string, ReaderPastLimit> listener) => _listener = listener;

    internal void Tell(string table, ReaderPastLimit reader) => _listener?.Invoke(table, reader);
}
