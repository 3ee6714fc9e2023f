using System.Globalization;
using CryptoInsight.PaperExchange.Faults;
using CryptoInsight.PaperExchange.Market;
using CryptoInsight.PaperExchange.Rest;
using CryptoInsight.PaperExchange.Streams;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CryptoInsight.PaperExchange;

/// <summary>A Binance-compatible exchange in a box, for running without the network and for tests: everything it says is SIMULATED.</summary>
/// <remarks>Embeddable: reads no configuration, handles no signals, logs nothing. Dispose it to stop it.</remarks>
public sealed class PaperExchangeServer : IAsyncDisposable
{
    /// <summary>The response header that tells that this is not a real exchange.</summary>
    public const string SimulatedHeader = "X-CryptoInsight-Exchange";

    private readonly WebApplication _app;
    private readonly ExchangeClock _clock;

    private PaperExchangeServer(WebApplication app, ExchangeClock clock, Uri baseAddress)
    {
        _app = app;
        _clock = clock;
        BaseAddress = baseAddress;
    }

    /// <summary>Where it listens, such as <c>http://127.0.0.1:41234/</c>.</summary>
    public Uri BaseAddress { get; }

    /// <summary>The exchange's time now.</summary>
    public DateTimeOffset Now => _clock.Now.ToDateTimeOffset();

    /// <summary>Starts an exchange; it serves when the task ends.</summary>
    public static async Task<PaperExchangeServer> StartAsync(PaperExchangeOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        Venue venue = Venue.Open(options);

        // The empty builder: neither files, variables nor arguments of the process around it change the exchange.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(options.BindAddress, options.Port);
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, EmbeddedLifetime>();
        WebApplication app = builder.Build();
        try
        {
            app.Use((context, next) =>
            {
                context.Response.Headers[SimulatedHeader] = "SIMULATED";
                context.Response.Headers.Date = venue.Clock.Now.ToDateTimeOffset().ToString("R", CultureInfo.InvariantCulture); // the exchange's clock, not ours
                return next(context);
            });
            FaultInjector faults = new(options.Faults, venue.Clock.Start);
            StreamApi.Map(app, venue, faults);
            RestApi.Map(app, venue, options, faults);
            await app.StartAsync(cancellationToken).ConfigureAwait(false);
            string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
            return new PaperExchangeServer(app, venue.Clock, new Uri(address));
        }
        catch
        {
            await app.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Stops the exchange; open requests are cut off.</summary>
    public async ValueTask DisposeAsync()
    {
        // No grace: whoever runs an exchange in a box wants it gone, slow answers of a fault script included.
        using CancellationTokenSource now = new();
        await now.CancelAsync().ConfigureAwait(false);
        await _app.StopAsync(now.Token).ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Leaves the signals of the process to the process.</summary>
    private sealed class EmbeddedLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
