using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using CryptoInsight.Sources.Binance;

namespace CryptoInsight.Sources.Tests.Binance;

/// <summary>The client over real sockets, against a listener that answers with bytes as they are given.</summary>
public sealed class BinanceRestSocketSpecs : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly BinanceRest _rest;

    public BinanceRestSocketSpecs()
    {
        _listener.Start();
        _rest = new BinanceRest(
            new BinanceRestOptions { BaseUrl = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/prefix/") },
            BinanceRest.NewHandler(),
            new ServerClock(TimeProvider.System),
            TimeProvider.System);
    }

    public void Dispose()
    {
        _rest.Dispose();
        _listener.Dispose();
    }

    [Fact]
    public async Task A_compressed_answer_is_unpacked()
    {
        using MemoryStream body = new();
        await using (GZipStream gzip = new(body, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(Encoding.UTF8.GetBytes($"[{RawRows.Good}]"));
        }

        (RestOutcome<KlinePage> outcome, string request) = await AskAsync([.. Head(200, body.Length, "Content-Encoding: gzip"), .. body.ToArray()]);

        Assert.Equal(RawRows.Good, Assert.Single(Assert.IsType<RestOutcome<KlinePage>.Answered>(outcome).Value.Rows).RawJson);
        Assert.StartsWith("GET /prefix/api/v3/klines?symbol=BTCUSDT&interval=15m&limit=1000 HTTP/1.1\r\n", request, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_breaks_off_is_transient()
    {
        (RestOutcome<KlinePage> outcome, _) = await AskAsync([.. Head(200, 5_000), .. Encoding.UTF8.GetBytes("[[1735516800000,")]);

        Assert.IsType<RestOutcome<KlinePage>.Transient>(outcome);
    }

    [Fact]
    public async Task A_connection_that_is_closed_without_an_answer_is_transient() =>
        Assert.IsType<RestOutcome<KlinePage>.Transient>((await AskAsync([])).Outcome);

    [Fact]
    public async Task Bytes_that_are_no_http_are_transient() =>
        Assert.IsType<RestOutcome<KlinePage>.Transient>((await AskAsync(Encoding.UTF8.GetBytes("SSH-2.0-OpenSSH_9.9\r\n"))).Outcome);

    [Fact]
    public async Task A_redirect_to_another_host_is_refused() =>
        Assert.True(Assert.IsType<RestOutcome<KlinePage>.Refused>((await AskAsync(Head(301, 0, "Location: http://127.0.0.1:1/"))).Outcome).StopsSource);

    private static byte[] Head(int status, long length, string header = "X: y") =>
        Encoding.ASCII.GetBytes($"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n{header}\r\n\r\n");

    private async Task<(RestOutcome<KlinePage> Outcome, string Request)> AskAsync(byte[] answer)
    {
        Task<string> serving = Task.Run(async () =>
        {
            using TcpClient client = await _listener.AcceptTcpClientAsync();
            byte[] request = new byte[4096];
            int got = await client.GetStream().ReadAsync(request);
            await client.GetStream().WriteAsync(answer);
            return Encoding.ASCII.GetString(request, 0, got);
        });
        RestOutcome<KlinePage> outcome = await _rest.GetKlinesAsync(new KlineRequest(Symbol.Parse("BTCUSDT"), Interval.Parse("15m"), null, null, "run"), default);
        return (outcome, await serving);
    }
}
