using System.Net;
using System.Net.WebSockets;
using CryptoInsight.Domain.Market;
using CryptoInsight.PaperExchange.Faults;
using CryptoInsight.PaperExchange.Limits;
using CryptoInsight.PaperExchange.Market;
using CryptoInsight.PaperExchange.Rest;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace CryptoInsight.PaperExchange.Streams;

/// <summary>The exchange's streams: <c>/ws/a/b</c> raw, <c>/stream?streams=a/b</c> wrapped.</summary>
internal sealed class StreamApi(Venue venue, FaultInjector faults, CancellationToken stopping)
{
    private const int AttemptsPerFiveMinutesMax = 300;

    private readonly Doorkeeper _door = new(new LimitRules(int.MaxValue, AttemptsPerFiveMinutesMax, int.MaxValue));

    /// <summary>Adds all routes.</summary>
    public static void Map(WebApplication app, Venue venue, FaultInjector faults)
    {
        StreamApi api = new(venue, faults, app.Lifetime.ApplicationStopping);
        app.UseWebSockets(new WebSocketOptions
        {
            // A ping every 20 s; without a pong within the minute the connection is cut.
            KeepAliveInterval = TimeSpan.FromSeconds(20),
            KeepAliveTimeout = TimeSpan.FromMinutes(1),
        });
        app.MapGet("/ws/{**streams}", context => api.Connect(context, context.Request.RouteValues["streams"] as string, isCombined: false));
        app.MapGet("/stream", context => api.Connect(context, context.Request.Query["streams"], isCombined: true));
    }

    private async Task Connect(HttpContext context, string? streams, bool isCombined)
    {
        UnixMicros now = venue.Clock.Now;
        IPAddress address = context.Connection.RemoteIpAddress?.MapToIPv6() ?? IPAddress.IPv6None;
        if (!context.WebSockets.IsWebSocketRequest)
        {
            await RestApi.Send(context, Reply.Html(400, "<html><body><p>SIMULATED exchange: streams are WebSockets.</p></body></html>\n")).ConfigureAwait(false);
            return;
        }

        Admission admission = _door.Charge(address, now, 1);
        if (admission.Kind != AdmissionKind.Admitted || faults.Hits(FaultKind.StreamDrop, now, now.Value) is not null)
        {
            int status = admission.Kind == AdmissionKind.Admitted ? 503 : 429;
            await RestApi.Send(context, Reply.Error(new ApiError(status, -1034, $"Too many connection attempts from IP; current limit is {AttemptsPerFiveMinutesMax} per '5 MINUTE'.")))
                .ConfigureAwait(false);
            return;
        }

        using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync().ConfigureAwait(false);
        bool inMicroseconds = string.Equals(context.Request.Query["timeUnit"], "MICROSECOND", StringComparison.OrdinalIgnoreCase);
        using StreamConnection connection = new(socket, venue, faults, new StreamFormat(isCombined, inMicroseconds));
        foreach (string name in (streams ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!connection.Subscribe(name))
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.PolicyViolation, "too many streams", stopping).ConfigureAwait(false);
                return;
            }
        }

        await connection.Run(stopping).ConfigureAwait(false);
    }
}
