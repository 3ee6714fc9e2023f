using System.Net;
using CryptoInsight.Host.Commands;

namespace CryptoInsight.Host.Node;

/// <summary>Where the node listens: a loopback address only, for there is no log-in yet.</summary>
public static class LoopbackBind
{
    public static Uri Parse(string text)
    {
        string host = text.StartsWith("localhost:", StringComparison.Ordinal) ? "127.0.0.1" + text["localhost".Length..] : text;
        if (!IPEndPoint.TryParse(host, out IPEndPoint? end) || !host.Contains(':', StringComparison.Ordinal))
        {
            throw new UsageException("--http takes ADDRESS:PORT, such as 127.0.0.1:8080 (port 0: any free one).");
        }

        return IPAddress.IsLoopback(end.Address)
            ? new Uri($"http://{end}")
            : throw new UsageException($"--http: {end.Address} is not a loopback address. There is no log-in yet, so the node only listens on this machine; put a proxy with a log-in before it.");
    }
}
