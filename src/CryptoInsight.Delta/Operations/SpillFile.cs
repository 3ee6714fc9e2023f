using System.Runtime.CompilerServices;
using Apache.Arrow;
using Apache.Arrow.Ipc;

namespace CryptoInsight.Delta.Operations;

/// <summary>Rows put aside on the local disk, to be read back in the order they were added.</summary>
/// <remarks>The file has no name from the moment it is open (where the system allows that): a process that is killed leaves nothing behind.</remarks>
internal sealed class SpillFile : IDisposable
{
    private readonly FileStream _file;
    private ArrowStreamWriter? _writer;
    private bool _isWhole;

    /// <param name="folder">Where; null: the system's temporary folder.</param>
    public SpillFile(string? folder) => _file = Open(folder);

    /// <summary>A file that goes when it is closed, or when the process ends in whatever way.</summary>
    internal static FileStream Open(string? folder)
    {
        string path = Path.Combine(folder ?? Path.GetTempPath(), Path.GetRandomFileName());
        FileStream file = new(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.Delete, BufferSize = 1 << 16, Options = OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : FileOptions.None,
        });
        if (!OperatingSystem.IsWindows())
        {
            File.Delete(path);
        }

        return file;
    }

    /// <summary>Rows added.</summary>
    public long Rows { get; private set; }

    /// <summary>Bytes that the rows take in memory, about.</summary>
    public long Bytes { get; private set; }

    /// <summary>The least and the greatest key among the rows.</summary>
    public (ulong Least, ulong Greatest) Keys { get; private set; } = (ulong.MaxValue, 0);

    /// <summary>Adds rows; all batches have the same columns.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="least">Their least key.</param>
    /// <param name="greatest">Their greatest key.</param>
    public void Add(RecordBatch rows, ulong least, ulong greatest)
    {
        _writer ??= new ArrowStreamWriter(_file, rows.Schema, leaveOpen: true);
        _writer.WriteRecordBatch(rows);
        Rows += rows.Length;
        Bytes += Data.BatchBytes.Of(rows);
        Keys = (Math.Min(Keys.Least, least), Math.Max(Keys.Greatest, greatest));
    }

    /// <summary>The rows, as often as asked for; ends the adding.</summary>
    public async IAsyncEnumerable<RecordBatch> ReadAsync([EnumeratorCancellation] CancellationToken ct)
    {
        if (_writer is null)
        {
            yield break;
        }

        if (!_isWhole)
        {
            _writer.WriteEnd();
            _file.Flush();
            _isWhole = true;
        }

        _file.Position = 0;
        using ArrowStreamReader reader = new(_file, leaveOpen: true);
        while (await reader.ReadNextRecordBatchAsync(ct).ConfigureAwait(false) is RecordBatch rows)
        {
            yield return rows;
        }
    }

    public void Dispose()
    {
        _writer?.Dispose();
        _file.Dispose();
    }
}
