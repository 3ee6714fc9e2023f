using System.Buffers;
using System.Runtime.CompilerServices;
using CryptoInsight.PaperExchange.Market;

namespace CryptoInsight.PaperExchange.Synthetic;

/// <summary>Makes the minutes of one symbol: any stretch of them, always the same, whatever was asked before.</summary>
internal sealed class MinuteMaker
{
    /// <summary>Every minute whose number is a multiple of this has a trade, so the last price before any minute is found within so many steps.</summary>
    public const int QuietMinutesMax = 16;

    // Draws beside the tree's levels, so that no two uses share bits.
    private const int CandleBits = 64;
    private const int VolumeBits = 65;

    // Three normal spreads were fitted to real 1m candles: volume given variance, size of trades, share of the takers that buy.
    private static readonly double[] s_volumeNoise = Noise.LogNormalTable(0.42);
    private static readonly double[] s_tradeNoise = Noise.LogNormalTable(0.30);

    private readonly ulong _key;
    private readonly MultifractalPath _market;
    private readonly MultifractalPath _own;
    private readonly double _beta;
    private readonly double _basePerTick;
    private readonly double _ticksPerPrice;
    private readonly double _stepsPerTick;
    private readonly double _perMeanVariance;
    private readonly double _minuteTurnover;
    private readonly double _tradesPerQuote;
    private readonly long _tick;
    private readonly long _step;
    private readonly long _quotePerTickStep;
    private readonly bool _mayBeQuiet;

    public MinuteMaker(ulong key, Instrument instrument, Temperament temperament, MultifractalPath market)
    {
        _key = key;
        _market = market;
        _own = new MultifractalPath(Hash.Mix(key, 60, 0), temperament.OwnDeviation);
        _beta = temperament.Beta;
        _tick = instrument.Tick;
        _step = instrument.Step;
        _quotePerTickStep = (long)((Int128)_tick * _step / Bar.One);
        if ((Int128)_quotePerTickStep * Bar.One != (Int128)_tick * _step)
        {
            throw new ArgumentException($"Tick times step of {instrument.Code} is finer than 1e-8: prices times volumes would not be exact.", nameof(instrument));
        }

        _ticksPerPrice = (double)Bar.One / _tick;
        _basePerTick = temperament.BasePrice * _ticksPerPrice;
        _perMeanVariance = 1 / (_beta * _beta * market.MinuteVariance + _own.MinuteVariance);
        _stepsPerTick = (double)Bar.One / _step * _ticksPerPrice;
        _minuteTurnover = temperament.DailyTurnover / 1440;
        _tradesPerQuote = 1 / temperament.TradeSize;
        _mayBeQuiet = _minuteTurnover * _tradesPerQuote < 40;
    }

    /// <summary>The minutes from <paramref name="firstMinute"/> (counted since 1970) on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Fill(long firstMinute, Span<Bar> bars)
    {
        // A quiet minute repeats the last price: start where there is one for certain.
        long start = _mayBeQuiet ? firstMinute & ~(QuietMinutesMax - 1L) : firstMinute;
        int lead = (int)(firstMinute - start);
        int count = bars.Length + lead;
        double[] rented = ArrayPool<double>.Shared.Rent(4 * count + 2);
        Span<double> values = rented.AsSpan(0, count + 1);
        Span<double> variances = rented.AsSpan(count + 1, count);
        Span<double> ownValues = rented.AsSpan(2 * count + 1, count + 1);
        Span<double> ownVariances = rented.AsSpan(3 * count + 2, count);
        _market.Fill(start, values, variances);
        _own.Fill(start, ownValues, ownVariances);

        double left = Price(values[0], ownValues[0]);
        double leftValue = _beta * values[0] + ownValues[0];
        long last = Ticks(left);
        Bar discarded = default;
        for (int i = 0; i < count; i++)
        {
            double rightValue = _beta * values[i + 1] + ownValues[i + 1];
            double right = Price(values[i + 1], ownValues[i + 1]);
            double variance = _beta * _beta * variances[i] + ownVariances[i];
            ref Bar bar = ref (i >= lead ? ref bars[i - lead] : ref discarded);
            Minute(start + i, left, right, rightValue - leftValue, variance, last, out bar);
            last = bar.Close / _tick;
            left = right;
            leftValue = rightValue;
        }

        ArrayPool<double>.Shared.Return(rented);
    }

    private double Price(double market, double own) => _basePerTick * Math.Exp(_beta * market + own);

    private static long Ticks(double price) => Math.Max(1, (long)(price + 0.5));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Minute(long minute, double left, double right, double move, double variance, long last, out Bar bar)
    {
        ulong sizes = Hash.Mix(_key, VolumeBits, minute);
        double root = Math.Sqrt(variance * _perMeanVariance);
        double turnover = _minuteTurnover * 1.1 * root * Math.Sqrt(root) * Noise.Draw(s_volumeNoise, sizes);
        double expectedTrades = turnover * _tradesPerQuote * Noise.Draw(s_tradeNoise, sizes >> 12);
        if (_mayBeQuiet && expectedTrades < 4 && (minute & (QuietMinutesMax - 1)) != 0 && Noise.Exponential(sizes >> 24) > expectedTrades)
        {
            bar = Bar.Flat(last * _tick);
            return;
        }

        ulong bits = Hash.Mix(_key, CandleBits, minute);

        // The extremes of a Brownian bridge, exactly: (d +- sqrt(d^2 + 2 v E)) / 2 with E exponential.
        double up = 0.5 * (move + Math.Sqrt(move * move + 2 * variance * Noise.Exponential(bits)));
        double down = 0.5 * (move - Math.Sqrt(move * move + 2 * variance * Noise.Exponential(bits >> 12)));
        long close = Ticks(right);

        // The first trade hits the other side of the spread in half of the minutes.
        long jitter = ((bits >> 24) & 15) switch { < 4 => 1, > 11 => -1, _ => 0 };
        long open = Math.Max(1, Ticks(left) + jitter);
        long high = Math.Max(Ticks(left * (1 + up)), Math.Max(open, close));
        long low = Math.Min(Ticks(left * (1 + down)), Math.Min(open, close));

        double mean = 0.25 * (open + high + low + close);
        long steps = Math.Max(1, (long)(turnover * _stepsPerTick / mean + 0.5));
        long trades = Math.Clamp((long)(expectedTrades + 0.5), 1, steps);
        long average = Math.Clamp((long)(mean + 0.25 * (high - low) * Noise.Symmetric(bits >> 28) + 0.5), low, high);

        // Buyers push prices up: the share of taker buys leans with the move.
        double lean = move / Math.Sqrt(variance + 1e-18);
        double share = Math.Clamp(0.5 + 0.11 * lean / (1 + 0.35 * Math.Abs(lean)) + 0.09 * Noise.Normal(bits >> 40), 0.02, 0.98);
        long takerSteps = Math.Min(steps, (long)(steps * share + 0.5));
        Int128 quotePerStep = (Int128)average * _quotePerTickStep;
        bar = new Bar(
            open * _tick,
            high * _tick,
            low * _tick,
            close * _tick,
            (Int128)steps * _step,
            quotePerStep * steps,
            trades,
            (Int128)takerSteps * _step,
            quotePerStep * takerSteps);
    }
}
