using Microsoft.AspNetCore.Http.HttpResults;

namespace CryptoInsight.Host.Api;

/// <summary>Keeps other web pages from acting through a visitor's browser: an action needs a header that only scripts of this origin and our own commands can send.</summary>
/// <remarks>A page elsewhere can post a plain form to a loopback address, but a header of its own makes the browser ask first, and nobody here says yes.
/// The host check stops a foreign name that was pointed at this address (DNS rebinding).</remarks>
public static class ActionGuard
{
    /// <summary>Any value will do.</summary>
    public const string Header = "X-CryptoInsight-Action";

    /// <summary>Refuses requests that came by a name which is not this machine's own.</summary>
    public static Task CheckHost(HttpContext context, RequestDelegate next)
    {
        string host = context.Request.Host.Host;
        bool isOwn = host is "localhost" or "127.0.0.1" or "[::1]" or "::1" || System.Net.IPAddress.TryParse(host.Trim('[', ']'), out System.Net.IPAddress? address) && System.Net.IPAddress.IsLoopback(address);
        if (isOwn)
        {
            return next(context);
        }

        context.Response.StatusCode = StatusCodes.Status421MisdirectedRequest;
        return context.Response.WriteAsync("This node answers on loopback only. Use http://127.0.0.1 or http://localhost.");
    }

    /// <summary>An endpoint that changes something.</summary>
    public static RouteHandlerBuilder RequireActionHeader(this RouteHandlerBuilder endpoint) => endpoint.AddEndpointFilter(async (context, next) =>
    {
        if (context.HttpContext.Request.Headers.ContainsKey(Header))
        {
            return await next(context);
        }

        ProblemHttpResult refused = TypedResults.Problem(
            $"Send the header {Header}: actions are refused without it, so that no other web page can act through your browser.",
            statusCode: StatusCodes.Status403Forbidden, title: "The action is refused");
        return refused;
    });
}
