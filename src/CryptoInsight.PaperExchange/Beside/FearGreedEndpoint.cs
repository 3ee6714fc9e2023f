using System.Globalization;
using System.Text;
using CryptoInsight.Domain.Market;
using CryptoInsight.PaperExchange.Market;
using CryptoInsight.PaperExchange.Rest;
using CryptoInsight.PaperExchange.Synthetic;
using Microsoft.AspNetCore.Http;

namespace CryptoInsight.PaperExchange.Beside;

/// <summary>GET /fng/: a Fear and Greed index that follows the made-up market's last month, in alternative.me's form, CSV quirk included.</summary>
internal sealed class FearGreedEndpoint(Venue venue, long seed)
{
    private const long MinutesPerDay = 1_440;

    private static readonly DateOnly s_firstDay = new(2018, 2, 1);

    private readonly ulong _key = Hash.Key(seed, "fear and greed");

    public Reply Get(IQueryCollection query)
    {
        UnixMicros now = venue.Clock.Now;
        int limit = int.TryParse(query["limit"], NumberStyles.None, CultureInfo.InvariantCulture, out int wanted) ? wanted : 1;
        List<(DateOnly Day, int Value)> days = [];
        for (DateOnly day = now.Date; day >= s_firstDay && (limit == 0 || days.Count < limit); day = day.AddDays(-1))
        {
            // A few days were never published; today's always is.
            if (day == now.Date || Hash.Below(Hash.Mix(_key, 1, day.DayNumber), 400) != 0)
            {
                days.Add((day, Value(day)));
            }
        }

        string? format = query["date_format"];
        bool csv = query["format"] == "csv";
        return new Reply(200, "application/json", Encoding.UTF8.GetBytes(csv ? Csv(days) : Json(days, format, now)));
    }

    /// <summary>The class that the publisher gives a value (its own tables say otherwise).</summary>
    public static string Classify(int value) => value switch
    {
        <= 25 => "Extreme Fear",
        <= 46 => "Fear",
        <= 54 => "Neutral",
        <= 75 => "Greed",
        _ => "Extreme Greed",
    };

    private int Value(DateOnly day)
    {
        long minute = (day.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber) * MinutesPerDay;
        double month = LogPrice(minute) - LogPrice(minute - 30 * MinutesPerDay);
        double week = LogPrice(minute) - LogPrice(minute - 7 * MinutesPerDay);
        double mood = 50 + 34 * Math.Tanh(3 * month) + 16 * Math.Tanh(5 * week) + 3 * Noise.Normal(Hash.Mix(_key, 2, day.DayNumber));
        return (int)Math.Round(Math.Clamp(mood, 5, 95));
    }

    private double LogPrice(long minute)
    {
        Span<double> values = stackalloc double[2];
        Span<double> variances = stackalloc double[1];
        venue.Mood.Fill(minute, values, variances);
        return values[0];
    }

    private static string Json(List<(DateOnly Day, int Value)> days, string? format, UnixMicros now)
    {
        StringBuilder text = new("{\n\t\"name\": \"Fear and Greed Index (SIMULATED)\",\n\t\"data\": [\n");
        for (int i = 0; i < days.Count; i++)
        {
            (DateOnly day, int value) = days[i];
            long seconds = new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero).ToUnixTimeSeconds();
            string told = Date(day, format) ?? seconds.ToString(CultureInfo.InvariantCulture);
            text.Append(CultureInfo.InvariantCulture, $"\t\t{{\n\t\t\t\"value\": \"{value}\",\n\t\t\t\"value_classification\": \"{Classify(value)}\",\n\t\t\t\"timestamp\": \"{told}\"");
            if (i == 0)
            {
                text.Append(CultureInfo.InvariantCulture, $",\n\t\t\t\"time_until_update\": \"{seconds + 86_400 - now.Milliseconds / 1_000}\"");
            }

            text.Append(i == days.Count - 1 ? "\n\t\t}\n" : "\n\t\t},\n");
        }

        return text.Append("\t],\n\t\"metadata\": {\n\t\t\"error\": null\n\t}\n}").ToString();
    }

    /// <summary>Bare CSV inside a JSON envelope, with a header in another order than its rows: no valid JSON, but so it is.</summary>
    private static string Csv(List<(DateOnly Day, int Value)> days)
    {
        StringBuilder text = new("{\n\t\"name\": \"Fear and Greed Index (SIMULATED)\",\n\t\"data\": [\nfng_value,fng_classification,date\n");
        foreach ((DateOnly day, int value) in days)
        {
            text.Append(CultureInfo.InvariantCulture, $"{Date(day, "world")},{value},{Classify(value)}\n");
        }

        return text.Append("\t],\n\t\"metadata\": {\n\t\t\"error\": null\n\t}\n}").ToString();
    }

    private static string? Date(DateOnly day, string? format) => format switch
    {
        "us" => day.ToString("MM-dd-yyyy", CultureInfo.InvariantCulture),
        "cn" or "kr" => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        "world" => day.ToString("dd-MM-yyyy", CultureInfo.InvariantCulture),
        _ => null,
    };
}
