using System.Globalization;
using System.Text.Json;
using CryptoInsight.Host.Commands;
using CryptoInsight.Sources.Binance;

namespace CryptoInsight.Host.Node;

/// <summary>The lake's exclusive lock: one process at a time may run jobs on it. The kernel drops it when the process dies, however it dies.</summary>
/// <remarks>The lock is a convenience for people; correctness comes from the fence in every commit.</remarks>
public sealed class NodeLock : IDisposable
{
    private readonly FileStream _held;

    private NodeLock(FileStream held, string folder)
    {
        _held = held;
        Folder = folder;
    }

    /// <summary>Where the node keeps what is not a table.</summary>
    public string Folder { get; }

    private string NodeFile => Path.Combine(Folder, "node.json");

    /// <summary>Takes the lock, or says who has it.</summary>
    public static NodeLock Take(string lakePath)
    {
        string folder = Path.Combine(lakePath, ".cryptoinsight");
        Directory.CreateDirectory(folder);
        try
        {
            var held = new NodeLock(new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None), folder);
            File.Delete(held.NodeFile); // what a killed node left behind says nothing any more
            return held;
        }
        catch (IOException) when (File.Exists(Path.Combine(folder, "lock")))
        {
            string node = Path.Combine(folder, "node.json");
            string who = File.Exists(node) ? $" It says of itself: {HostileText.Show(File.ReadAllText(node).Trim(), 200)}" : "";
            throw new CommandFailedException($"Another cryptoinsight process is working on this lake ({Path.GetFullPath(lakePath)}). Stop it first, or use another --lake.{who}");
        }
    }

    /// <summary>Writes where this node listens, for commands that look for it.</summary>
    public void Announce(Uri url) =>
        File.WriteAllText(NodeFile, JsonSerializer.Serialize(new { url = url.ToString(), pid = Environment.ProcessId.ToString(CultureInfo.InvariantCulture) }));

    public void Dispose()
    {
        File.Delete(NodeFile);
        _held.Dispose();
    }
}
