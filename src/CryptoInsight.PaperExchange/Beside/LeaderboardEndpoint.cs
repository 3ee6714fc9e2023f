using System.Buffers;
using System.Globalization;
using System.Text.Json;
using CryptoInsight.Domain.Market;
using CryptoInsight.PaperExchange.Market;
using CryptoInsight.PaperExchange.Rest;
using CryptoInsight.PaperExchange.Synthetic;
using Microsoft.AspNetCore.Http;

namespace CryptoInsight.PaperExchange.Beside;

/// <summary>GET /v1/getOtherPosition: what a made-up trader holds, in the form of the futures leaderboard.</summary>
/// <remarks>Positions are drawn per trader, symbol and stretch of time: opened at the market's price, half of them enlarged half-way, closed again.</remarks>
internal sealed class LeaderboardEndpoint(Venue venue, long seed)
{
    private const int SymbolsMax = 30;
    private const long Hour = 3_600 * UnixMicros.PerSecond;

    private static readonly string[] s_keyHeaders = ["x-app-id", "x-client-id", "x-api-key"];
    private static readonly int[] s_leverages = [3, 5, 10, 20, 25, 50];

    public Reply Get(IQueryCollection query, IHeaderDictionary headers)
    {
        if (s_keyHeaders.Any(h => string.IsNullOrEmpty(headers[h])))
        {
            return Error(401, "SIMULATED gateway: x-app-id, x-client-id and x-api-key are needed (any text will do).");
        }

        string? uid = query.TryGetValue("encryptedUid", out var encrypted) ? encrypted[0] : query["uid"];
        if (string.IsNullOrEmpty(uid) || uid.Length > 64 || !uid.All(char.IsAsciiLetterOrDigit))
        {
            return Error(400, "SIMULATED gateway: encryptedUid is 1 to 64 letters and digits.");
        }

        UnixMicros now = venue.Clock.Now;
        ArrayBufferWriter<byte> buffer = new(4_096);
        using Utf8JsonWriter json = new(buffer);
        json.WriteStartObject();
        json.WriteString("code", "000000");
        json.WriteNull("message");
        json.WriteString("messageDetail", "SIMULATED");
        json.WriteStartObject("data");
        json.WriteStartArray("otherPositionRetList");
        ulong trader = Hash.Key(seed, uid);
        UnixMicros newest = new(0);
        foreach (ISeries series in venue.Series.Take(SymbolsMax))
        {
            if (Find(trader, series, now) is { } position)
            {
                Write(json, position);
                newest = UnixMicros.Max(newest, position.UpdatedAt);
            }
        }

        json.WriteEndArray();
        Time(json, newest.Value == 0 ? now : newest);
        json.WriteEndObject();
        json.WriteBoolean("success", true);
        json.WriteEndObject();
        json.Flush();
        return Reply.Json(buffer.WrittenMemory);
    }

    private static Position? Find(ulong trader, ISeries series, UnixMicros now)
    {
        ulong key = Hash.Mix(trader, 1, (long)Hash.Key(0, series.Instrument.Code));
        long length = (6 + Hash.Below(Hash.Mix(key, 2, 0), 60)) * Hour;
        long stretch = now.Value / length;
        ulong bits = Hash.Mix(key, 3, stretch);
        UnixMicros openedAt = new(stretch * length + length / 10 + Hash.Below(Hash.Mix(key, 4, stretch), length / 4) / 1_000 * 1_000);
        if (bits % 100 >= 55 || now < openedAt || Price(series, openedAt, now) is not { } entry || Price(series, now, now) is not { } mark)
        {
            return null;
        }

        double side = (bits >> 8) % 100 < 62 ? 1 : -1;
        double amount = side * 4_000 * Math.Exp(1.2 * Noise.Normal(bits >> 20)) / entry;
        UnixMicros enlargedAt = openedAt + length / 3;
        UnixMicros updatedAt = openedAt;
        if ((bits >> 16) % 2 == 0 && now >= enlargedAt && Price(series, enlargedAt, now) is { } second)
        {
            entry = (2 * entry + second) / 3;
            amount *= 1.5;
            updatedAt = enlargedAt;
        }

        int leverage = s_leverages[(bits >> 40) % (ulong)s_leverages.Length];
        double pnl = (mark - entry) * amount;
        double roe = pnl * leverage / Math.Abs(entry * amount);
        return new Position(series.Instrument.Code, entry, mark, pnl, roe, amount, updatedAt, (bits >> 48) % 2 == 0, leverage);
    }

    private static double? Price(ISeries series, UnixMicros at, UnixMicros now)
    {
        Interval? finest = Interval.All.Skip(1).FirstOrDefault(series.Serves);
        return finest is not null && new KlineQuery(finest, 0, null, at, 1).Run(series, now) is [var kline]
            ? (double)kline.Bar.Close / Bar.One
            : null;
    }

    private static void Write(Utf8JsonWriter json, Position p)
    {
        json.WriteStartObject();
        json.WriteString("symbol", p.Symbol);
        json.WriteNumber("entryPrice", Math.Round(p.Entry, 8));
        json.WriteNumber("markPrice", Math.Round(p.Mark, 8));
        json.WriteNumber("pnl", Math.Round(p.Pnl, 8));
        json.WriteNumber("roe", Math.Round(p.Roe, 8));
        json.WriteNumber("amount", Math.Round(p.Amount, 3));
        Time(json, p.UpdatedAt);
        json.WriteBoolean("yellow", p.IsYellow);
        json.WriteBoolean("tradeBefore", false);
        json.WriteNumber("leverage", p.Leverage);
        json.WriteEndObject();
    }

    private static void Time(Utf8JsonWriter json, UnixMicros t)
    {
        DateTimeOffset at = t.ToDateTimeOffset();
        json.WriteStartArray("updateTime");
        foreach (long part in (ReadOnlySpan<long>)[at.Year, at.Month, at.Day, at.Hour, at.Minute, at.Second, t.Milliseconds % 1_000 * 1_000_000])
        {
            json.WriteNumberValue(part);
        }

        json.WriteEndArray();
        json.WriteNumber("updateTimeStamp", t.Milliseconds);
    }

    private static Reply Error(int status, string text) =>
        new(status, Reply.JsonType, JsonSerializer.SerializeToUtf8Bytes(new { code = status.ToString(CultureInfo.InvariantCulture), message = text, data = (object?)null, success = false }));

    private sealed record Position(
        string Symbol, double Entry, double Mark, double Pnl, double Roe, double Amount, UnixMicros UpdatedAt, bool IsYellow, int Leverage);
}
