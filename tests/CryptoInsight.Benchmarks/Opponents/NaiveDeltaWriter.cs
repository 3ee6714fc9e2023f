using System.Globalization;
using System.Text.Json;
using Apache.Arrow;
using ParquetSharp;
using ParquetSharp.Arrow;

namespace CryptoInsight.Benchmarks.Opponents;

/// <summary>A Delta append as one would write it first: everything in a row, nothing remembered between two commits.</summary>
/// <remarks>Per commit: list the log and parse every entry of it (the newest version, the live files, the positions); write the Parquet file (the same library, snappy) and sync it; sync its folder;
/// write the log entry under its final name with CREATE_NEW and sync it; sync the log folder. It writes no statistics but the number of records, keeps no checkpoint, and
/// begins with a new table every 100 commits, as if a checkpoint had been written for nothing: it has less to do than a correct writer.</remarks>
internal sealed class NaiveDeltaWriter(string parent)
{
    public const int CommitsPerTable = 100;

    private int _table = -1;
    private int _commits = CommitsPerTable;
    private string _root = "";

    public void Commit(RecordBatch rows, string partition)
    {
        if (_commits == CommitsPerTable)
        {
            _root = Path.Combine(parent, $"table-{++_table}");
            Directory.CreateDirectory(Path.Combine(_root, "_delta_log"));
            _commits = 0;
        }

        _commits++;
        (long version, int fileCount, _) = ReadLog();
        string folder = Path.Combine(_root, partition);
        Directory.CreateDirectory(folder);
        string name = $"part-{version + 1:00000}-{fileCount:00000}.snappy.parquet";
        long size = WriteParquet(Path.Combine(folder, name), rows);
        Durable.Sync(folder);
        WriteEntry(version + 1, $"{partition}/{name}", partition, size, rows.Length);
        Durable.Sync(Path.Combine(_root, "_delta_log"));
    }

    private (long Version, int Files, Dictionary<string, long> Positions) ReadLog()
    {
        long version = -1;
        HashSet<string> live = [];
        Dictionary<string, long> positions = [];
        foreach (string entry in Directory.EnumerateFiles(Path.Combine(_root, "_delta_log"), "*.json").Order(StringComparer.Ordinal))
        {
            version++;
            foreach (string line in File.ReadLines(entry))
            {
                using JsonDocument action = JsonDocument.Parse(line);
                if (action.RootElement.TryGetProperty("add", out JsonElement add))
                {
                    live.Add(add.GetProperty("path").GetString()!);
                }
                else if (action.RootElement.TryGetProperty("txn", out JsonElement txn))
                {
                    positions[txn.GetProperty("appId").GetString()!] = txn.GetProperty("version").GetInt64();
                }
            }
        }

        return (version, live.Count, positions);
    }

    private static long WriteParquet(string path, RecordBatch rows)
    {
        using FileStream file = new(path, FileMode.CreateNew);
        using (WriterPropertiesBuilder builder = new())
        {
            using WriterProperties properties = builder.Compression(Compression.Snappy).Build();
            // The partition column is the last one, and is not in the file.
            int columns = rows.ColumnCount - 1;
            Schema schema = new(rows.Schema.FieldsList.Take(columns), null);
            using FileWriter writer = new(file, schema, properties, null, leaveOpen: true);
            writer.WriteRecordBatch(new RecordBatch(schema, rows.Arrays.Take(columns), rows.Length));
            writer.Close();
        }

        file.Flush(flushToDisk: true);
        return file.Length;
    }

    private void WriteEntry(long version, string path, string partition, long size, int rowCount)
    {
        string[] dt = partition.Split('=');
        string stats = $"{{\\\"numRecords\\\":{rowCount}}}";
        string[] entry =
        [
            """{"commitInfo":{"timestamp":0,"operation":"WRITE"}}""",
            $$$"""{"txn":{"appId":"job","version":{{{version}}}}}""",
            $$$"""{"add":{"path":"{{{path}}}","partitionValues":{"{{{dt[0]}}}":"{{{dt[1]}}}"},"size":{{{size}}},"modificationTime":0,"dataChange":true,"stats":"{{{stats}}}"}}""",
            "",
        ];
        using FileStream file = new(Path.Combine(_root, "_delta_log", version.ToString("D20", CultureInfo.InvariantCulture) + ".json"), FileMode.CreateNew);
        file.Write(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', entry)));
        file.Flush(flushToDisk: true);
    }
}
