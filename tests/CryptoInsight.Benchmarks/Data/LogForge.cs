using System.Globalization;
using Apache.Arrow;
using CryptoInsight.Benchmarks.Races;
using CryptoInsight.Delta;
using CryptoInsight.Delta.Store;
using CryptoInsight.Lake.Silver;

namespace CryptoInsight.Benchmarks.Data;

/// <summary>Makes long logs without the data behind them: entries as the engine writes them, the add of one real file under ever new names.</summary>
internal sealed class LogForge
{
    private readonly string _folder;
    private readonly string _add;
    private readonly string _path;
    private long _files;

    private LogForge(string folder, string add, string path)
    {
        _folder = folder;
        _add = add;
        _path = path;
    }

    private string Log => Path.Combine(_folder, "_delta_log");

    /// <summary>A table of one real commit.</summary>
    public static async Task<LogForge> BeginAsync(string folder, RecordBatch rows)
    {
        DeltaTable table = await DeltaTable.OpenOrCreateAsync(new LocalObjectStore(folder, fsync: false), SilverChartsTable.Definition).ConfigureAwait(false);
        await CommitRace.CommitAsync(table, rows, 1).ConfigureAwait(false);
        string add = File.ReadLines(Path.Combine(folder, "_delta_log", Entry(1))).Single(l => l.StartsWith("{\"add\"", StringComparison.Ordinal));
        return new LogForge(folder, add, table.Snapshot.Files.Single().Path);
    }

    /// <summary>Writes versions up to one, each adding so many files.</summary>
    public void WriteTo(long version, int filesPerVersion)
    {
        for (long v = Newest() + 1; v <= version; v++)
        {
            using StreamWriter entry = new(Path.Combine(Log, Entry(v)));
            entry.Write("{\"commitInfo\":{\"timestamp\":1760000000000,\"operation\":\"STREAMING UPDATE\",\"operationParameters\":{},\"isBlindAppend\":true}}\n");
            entry.Write(string.Create(CultureInfo.InvariantCulture, $"{{\"txn\":{{\"appId\":\"job\",\"version\":{v}}}}}\n"));
            for (int i = 0; i < filesPerVersion; i++)
            {
                entry.Write(_add.Replace(_path, NextPath(), StringComparison.Ordinal));
                entry.Write('\n');
            }
        }
    }

    /// <summary>Gives the newest version another number, as if millions of commits had been made and cleaned away. The log must end with a checkpoint.</summary>
    public void MoveTo(long version)
    {
        long newest = Newest();
        foreach (string file in Directory.GetFiles(Log).Where(f => !Path.GetFileName(f).StartsWith(newest.ToString("D20", CultureInfo.InvariantCulture), StringComparison.Ordinal)))
        {
            File.Delete(file);
        }

        foreach (string file in Directory.GetFiles(Log))
        {
            string name = version.ToString("D20", CultureInfo.InvariantCulture) + Path.GetFileName(file)[20..];
            File.Copy(file, Path.Combine(Log, name));
            File.Delete(file);
        }

        File.WriteAllText(Path.Combine(Log, "_last_checkpoint"), $$"""{"version":{{version}},"size":1}""");
    }

    private static string Entry(long version) => version.ToString("D20", CultureInfo.InvariantCulture) + ".json";

    private long Newest() => Directory.GetFiles(Log, "*.json").Select(f => Path.GetFileNameWithoutExtension(f)).Where(n => n.Length == 20).Max(n => long.Parse(n, CultureInfo.InvariantCulture));

    private string NextPath()
    {
        string folder = _path[..(_path.LastIndexOf('/') + 1)];
        return string.Create(CultureInfo.InvariantCulture, $"{folder}part-00000-{_files >> 16:x8}-{_files++ & 0xffff:x4}-4000-8000-000000000000.c000.snappy.parquet");
    }
}
