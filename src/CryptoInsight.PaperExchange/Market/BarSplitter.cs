using System.Numerics;
using CryptoInsight.PaperExchange.Synthetic;

namespace CryptoInsight.PaperExchange.Market;

/// <summary>Tells how a bar came about: cuts it into equal pieces of time that add up to it exactly, in every column.</summary>
/// <remarks>Deterministic by key. The first piece always has the first trade; pieces without a trade are flat at the last price.</remarks>
internal static class BarSplitter
{
    /// <summary>Fills <paramref name="pieces"/> with the parts of <paramref name="whole"/>; prices lie on <paramref name="tick"/>, volumes on <paramref name="step"/>.</summary>
    public static void Split(in Bar whole, long tick, long step, ulong key, Span<Bar> pieces)
    {
        int traded = (int)Int128.Min(Int128.Min(pieces.Length, whole.Trades), whole.Volume / step);
        if (traded <= 1)
        {
            // Nothing to share out (or a foreign row without counts): all of it happens at once.
            pieces[0] = whole;
            pieces[1..].Fill(Bar.Flat(whole.Close));
            return;
        }

        bool[] trades = Traded(pieces.Length, traded, key);
        Prices(whole, tick, key, trades, pieces);
        double[] weights = Weights(trades, key);
        Tilt(weights, whole, pieces);
        Int128[] steps = Shares(whole.Volume / step, trades, weights);
        Int128[] more = Within(whole.Trades - traded, [.. steps.Select(s => s > 0 ? s - 1 : 0)]); // a trade is at least one step
        Int128[] takers = Within(whole.TakerBase / step, steps);
        Int128[] quotes = Quotes(whole, tick, step, steps, pieces);
        Int128[] takerQuotes = Within(whole.TakerQuote, quotes);
        for (int i = 0; i < pieces.Length; i++)
        {
            pieces[i] = pieces[i] with
            {
                Volume = steps[i] * step,
                QuoteVolume = quotes[i],
                Trades = (long)more[i] + (trades[i] ? 1 : 0),
                TakerBase = takers[i] * step,
                TakerQuote = takerQuotes[i],
            };
        }

        // What is left over if a foreign row is off the grid stays with the first piece, so that the sum is exact.
        pieces[0] = pieces[0] with
        {
            Volume = pieces[0].Volume + whole.Volume % step,
            TakerBase = pieces[0].TakerBase + whole.TakerBase % step,
        };
    }

    /// <summary>Which pieces trade: the first, and others spread evenly from a random place on, so that there are <paramref name="traded"/> in all.</summary>
    private static bool[] Traded(int count, int traded, ulong key)
    {
        bool[] trades = new bool[count];
        trades[0] = true;
        long shift = Hash.Below(Hash.Mix(key, 40, 0), count - 1);
        for (int i = 1; i < count; i++)
        {
            long at = (i - 1 + shift) % (count - 1);
            trades[i] = (at + 1) * (traded - 1) / (count - 1) > at * (traded - 1) / (count - 1);
        }

        return trades;
    }

    private static double[] Weights(bool[] trades, ulong key)
    {
        double[] weights = new double[trades.Length];
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] = trades[i] ? Noise.LogNormal(Hash.Mix(key, 41, i)) : 0;
        }

        return weights;
    }

    /// <summary>Leans the weights towards dear or cheap pieces until the whole's average price comes out.</summary>
    private static void Tilt(double[] weights, in Bar whole, ReadOnlySpan<Bar> pieces)
    {
        double range = whole.High - whole.Low;
        if (range == 0)
        {
            return;
        }

        double average = (double)whole.QuoteVolume / (double)whole.Volume * Bar.One;
        double[] distances = new double[weights.Length];
        for (int i = 0; i < weights.Length; i++)
        {
            distances[i] = ((double)Middle(pieces[i]) - average) / range;
        }

        // The weighted mean distance grows with the lean: find its zero.
        (double low, double high) = (-40, 40);
        for (int step = 0; step < 40; step++)
        {
            double lean = (low + high) / 2;
            double sum = 0;
            for (int i = 0; i < weights.Length; i++)
            {
                sum += weights[i] == 0 ? 0 : weights[i] * Math.Exp(lean * distances[i]) * distances[i];
            }

            (low, high) = sum > 0 ? (low, lean) : (lean, high);
        }

        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] *= Math.Exp(low * distances[i]);
        }
    }

    /// <summary>Shares <paramref name="total"/> out by weight, at least one to each trading piece.</summary>
    private static Int128[] Shares(Int128 total, bool[] trades, double[] weights)
    {
        int count = trades.Length;
        Span<double> before = stackalloc double[count + 1];
        int traded = 0;
        for (int i = 0; i < count; i++)
        {
            traded += trades[i] ? 1 : 0;
            before[i + 1] = before[i] + weights[i];
        }

        Int128[] shares = new Int128[count];
        int last = Array.LastIndexOf(trades, true);
        Int128 rest = total - traded;
        Int128 given = 0;
        for (int i = 0; i < count; i++)
        {
            if (trades[i])
            {
                Int128 upTo = i == last ? rest : Int128.Clamp((Int128)((double)rest * (before[i + 1] / before[count])), given, rest);
                shares[i] = upTo - given + 1;
                given = upTo;
            }
        }

        return shares;
    }

    /// <summary>Shares <paramref name="total"/> out in proportion to <paramref name="limits"/>, never more than each limit.</summary>
    private static Int128[] Within(Int128 total, Int128[] limits)
    {
        Int128 all = 0;
        foreach (Int128 limit in limits)
        {
            all += limit;
        }

        Int128[] shares = new Int128[limits.Length];
        Int128 seen = 0;
        Int128 given = 0;
        for (int i = 0; i < limits.Length && all > 0; i++)
        {
            // floor(total * seen / all) grows by at most the limit, because total <= all.
            seen += limits[i];
            Int128 upTo = seen == all ? total : MultiplyDivide(total, seen, all);
            shares[i] = upTo - given;
            given = upTo;
        }

        return shares;
    }

    private static Int128 MultiplyDivide(Int128 a, Int128 b, Int128 c) =>
        a == 0 || b <= Int128.MaxValue / a
            ? a * b / c
            : (Int128)((BigInteger)a * b / c);

    private static void Prices(in Bar whole, long tick, ulong key, bool[] trades, Span<Bar> pieces)
    {
        int count = pieces.Length;
        int last = Array.LastIndexOf(trades, true);
        int highAt = Touch(whole.High - whole.Open, whole.High - whole.Close, key, 44, trades, last);
        int lowAt = Touch(whole.Open - whole.Low, whole.Close - whole.Low, key, 45, trades, last);
        Span<(double At, long Price)> knots =
        [
            (0, whole.Open),
            highAt <= lowAt ? (highAt + 0.4, whole.High) : (lowAt + 0.4, whole.Low),
            highAt <= lowAt ? (lowAt + 0.6, whole.Low) : (highAt + 0.6, whole.High),
            (last + 1, whole.Close),
        ];
        double deviation = (whole.High - whole.Low) / (1.6 * Math.Sqrt(count));
        double price = whole.Open;
        long open = whole.Open;
        for (int i = 0; i < count; i++)
        {
            price = Bridge(price, i, knots, deviation * Noise.Normal(Hash.Mix(key, 46, i)), whole);
            if (!trades[i])
            {
                pieces[i] = Bar.Flat(open);
                continue;
            }

            long close = i == last ? whole.Close : Math.Clamp((long)Math.Round(price / tick) * tick, whole.Low, whole.High);
            long high = i == highAt ? whole.High : Math.Max(open, close);
            long low = i == lowAt ? whole.Low : Math.Min(open, close);
            pieces[i] = Bar.Flat(open) with { High = high, Low = low, Close = close };
            open = close;
        }
    }

    /// <summary>The piece that touches an extreme: the nearer the extreme is to the open, the earlier.</summary>
    private static int Touch(long fromOpen, long fromClose, ulong key, int use, bool[] trades, int last)
    {
        double middle = fromOpen + fromClose == 0 ? 0 : fromOpen / (double)(fromOpen + fromClose);
        double spread = Math.Min(middle, 1 - middle) * Noise.Symmetric(Hash.Mix(key, use, 0));
        int at = Math.Clamp((int)((middle + spread) * (last + 1)), 0, last);
        while (!trades[at])
        {
            at--; // the first piece always trades
        }

        return at;
    }

    /// <summary>One step of a Brownian bridge towards the next knot, folded back into the bar.</summary>
    private static double Bridge(double price, int piece, ReadOnlySpan<(double At, long Price)> knots, double noise, in Bar whole)
    {
        double now = piece;
        double end = piece + 1;
        for (int k = 1; k < knots.Length; k++)
        {
            (double at, long target) = knots[k];
            if (at <= now)
            {
                continue;
            }

            if (at <= end)
            {
                price = target;
                now = at;
                continue;
            }

            double part = (end - now) / (at - now);
            price += (target - price) * part + noise * Math.Sqrt((end - now) * (1 - part));
            break;
        }

        price = price > whole.High ? 2.0 * whole.High - price : price;
        return Math.Clamp(price < whole.Low ? 2.0 * whole.Low - price : price, whole.Low, whole.High);
    }

    /// <summary>Quote volumes that add up to the whole's; a piece gets a wick where its own prices do not allow its part.</summary>
    private static Int128[] Quotes(in Bar whole, long tick, long step, Int128[] steps, Span<Bar> pieces)
    {
        Int128[] quotes = new Int128[pieces.Length];
        Int128 missing = whole.QuoteVolume;
        for (int i = 0; i < pieces.Length; i++)
        {
            Int128 average = Middle(pieces[i]) / tick * tick;
            quotes[i] = Quote(steps[i] * step, Int128.Clamp(average, pieces[i].Low, pieces[i].High));
            missing -= quotes[i];
        }

        for (int round = 0; round < 2 && missing != 0; round++)
        {
            for (int i = 0; i < pieces.Length && missing != 0; i++)
            {
                if (round == 1 && steps[i] > 0)
                {
                    Int128 volume = steps[i] * step;
                    Int128 wick = ((Int128.Abs(missing) * Bar.One + volume - 1) / volume + tick - 1) / tick * tick;
                    pieces[i] = missing > 0
                        ? pieces[i] with { High = (long)Int128.Min(whole.High, pieces[i].High + wick) }
                        : pieces[i] with { Low = (long)Int128.Max(whole.Low, pieces[i].Low - wick) };
                }

                Int128 bound = Quote(steps[i] * step, missing > 0 ? pieces[i].High : pieces[i].Low);
                Int128 room = bound - quotes[i];
                Int128 change = missing > 0 ? Int128.Clamp(missing, 0, Int128.Max(0, room)) : Int128.Clamp(missing, Int128.Min(0, room), 0);
                quotes[i] += change;
                missing -= change;
            }
        }

        quotes[0] += missing; // only a foreign row whose average price lies outside its own range comes here
        return quotes;
    }

    private static Int128 Middle(in Bar b) => ((Int128)b.Open + b.High + b.Low + b.Close) / 4;

    private static Int128 Quote(Int128 volume, Int128 price) => volume * price / Bar.One;
}
