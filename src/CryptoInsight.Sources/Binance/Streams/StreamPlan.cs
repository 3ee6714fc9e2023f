using System.Text;

namespace CryptoInsight.Sources.Binance.Streams;

/// <summary>Which connection carries which streams. Pure.</summary>
public static class StreamPlan
{
    /// <summary>Shares out the series over as few connections as the limits allow, each with the address that subscribes to all of its streams at once.</summary>
    /// <remarks>Subscribing by address: a connection that stands is subscribed; there is no reply to wait for and none to lose.</remarks>
    public static IReadOnlyList<(Uri Address, IReadOnlyList<CandleSeries> Series)> Of(IEnumerable<CandleSeries> series, KlineStreamOptions options)
    {
        ArgumentNullException.ThrowIfNull(series);
        ArgumentNullException.ThrowIfNull(options);
        List<(Uri, IReadOnlyList<CandleSeries>)> plan = [];
        StringBuilder names = new();
        List<CandleSeries> share = [];
        string head = $"{options.BaseUrl.AbsoluteUri.TrimEnd('/')}/stream?streams=";
        string tail = options.InMicroseconds ? "&timeUnit=MICROSECOND" : "";
        void Close()
        {
            plan.Add((new Uri(head + names + tail), share));
            share = [];
            names.Clear();
        }

        foreach (CandleSeries one in series.Distinct())
        {
            string name = NameOf(one);
            bool isFull = share.Count >= options.StreamsPerConnectionMax || names.Length + 1 + name.Length + tail.Length > options.AddressCharsMax;
            if (share.Count > 0 && isFull)
            {
                Close();
            }

            names.Append(names.Length > 0 ? "/" : "").Append(name);
            share.Add(one);
        }

        if (share.Count > 0)
        {
            Close();
        }

        return plan;
    }

    /// <summary>The stream's name as it stands in an address: the symbol in lower case and escaped, for it may be of any script.</summary>
    public static string NameOf(CandleSeries series) => $"{Uri.EscapeDataString(series.Symbol.Code.ToLowerInvariant())}@kline_{series.Interval}";
}
