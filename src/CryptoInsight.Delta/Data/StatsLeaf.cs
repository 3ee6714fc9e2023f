using System.Numerics;
using System.Text.Json;
using Apache.Arrow;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Data;

/// <summary>The running bounds of one leaf column; <see cref="WriteMin"/> and <see cref="WriteMax"/> are called only where <see cref="HasMin"/> and <see cref="HasMax"/> say so.</summary>
internal abstract class StatsLeaf
{
    public long NullCount { get; private set; }

    public virtual bool HasMin => false;

    public virtual bool HasMax => false;

    public void Add(IArrowArray array)
    {
        int nulls = array.NullCount;
        NullCount += nulls;
        if (nulls < array.Length)
        {
            Fold(array, nulls > 0);
        }

        // The spans of the fold lie in memory that the array owns.
        GC.KeepAlive(array);
    }

    public virtual void WriteMin(Utf8JsonWriter json) => throw new InvalidOperationException("This leaf has no minimum.");

    public virtual void WriteMax(Utf8JsonWriter json) => throw new InvalidOperationException("This leaf has no maximum.");

    protected abstract void Fold(IArrowArray array, bool hasNulls);

    public static StatsLeaf For(DataType type) => type switch
    {
        DecimalType d => new DecimalLeaf(d.Scale),
        PrimitiveType { Name: "long" } => new IntegralLeaf<long>(null),
        PrimitiveType { Name: "integer" } => new IntegralLeaf<int>(null),
        PrimitiveType { Name: "short" } => new IntegralLeaf<short>(null),
        PrimitiveType { Name: "byte" } => new IntegralLeaf<sbyte>(null),
        PrimitiveType { Name: "date" } => new IntegralLeaf<int>((v, _) => StatsText.Date(v)),
        PrimitiveType { Name: "timestamp" } => new IntegralLeaf<long>((v, isMax) => isMax ? StatsText.MaxInstant(v, true) : StatsText.MinInstant(v, true)),
        PrimitiveType { Name: "timestamp_ntz" } => new IntegralLeaf<long>((v, isMax) => isMax ? StatsText.MaxInstant(v, false) : StatsText.MinInstant(v, false)),
        PrimitiveType { Name: "double" } => new FloatingLeaf<double>((json, v) => json.WriteNumberValue(v)),
        PrimitiveType { Name: "float" } => new FloatingLeaf<float>((json, v) => json.WriteNumberValue(v)),
        PrimitiveType { Name: "string" } => new TextLeaf(),
        _ => new CountLeaf(),
    };

    private sealed class CountLeaf : StatsLeaf
    {
        protected override void Fold(IArrowArray array, bool hasNulls)
        {
        }
    }

    /// <summary><paramref name="text"/> is null for integers, which are written as numbers.</summary>
    private sealed class IntegralLeaf<T>(Func<long, bool, string?>? text) : StatsLeaf
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        private T _min = T.MaxValue;
        private T _max = T.MinValue;

        public override bool HasMin => _min <= _max && (text is null || text(long.CreateChecked(_min), false) is not null);

        public override bool HasMax => _min <= _max && (text is null || text(long.CreateChecked(_max), true) is not null);

        public override void WriteMin(Utf8JsonWriter json) => Write(json, long.CreateChecked(_min), false);

        public override void WriteMax(Utf8JsonWriter json) => Write(json, long.CreateChecked(_max), true);

        protected override void Fold(IArrowArray array, bool hasNulls)
        {
            ReadOnlySpan<T> values = Buffers.Values<T>(array);
            if (!hasNulls)
            {
                MinMax.Fold(values, ref _min, ref _max);
                return;
            }

            Validity validity = Buffers.ValidityOf(array);
            for (int i = 0; i < values.Length; i++)
            {
                if (validity[i])
                {
                    _min = T.Min(_min, values[i]);
                    _max = T.Max(_max, values[i]);
                }
            }
        }

        private void Write(Utf8JsonWriter json, long value, bool isMax)
        {
            if (text is null)
            {
                json.WriteNumberValue(value);
            }
            else
            {
                json.WriteStringValue(text(value, isMax));
            }
        }
    }

    /// <summary>NaN has no place in an order that all engines share, and infinities none in JSON: with a NaN both bounds are left out, an infinite bound alone.</summary>
    private sealed class FloatingLeaf<T>(Action<Utf8JsonWriter, T> write) : StatsLeaf
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private T _min = T.PositiveInfinity;
        private T _max = T.NegativeInfinity;
        private bool _hasNaN;

        public override bool HasMin => !_hasNaN && _min <= _max && T.IsFinite(_min);

        public override bool HasMax => !_hasNaN && _min <= _max && T.IsFinite(_max);

        // Readers that order -0 below 0 must find both: the lower bound is -0, the upper 0.
        public override void WriteMin(Utf8JsonWriter json) => write(json, T.IsZero(_min) ? T.NegativeZero : _min);

        public override void WriteMax(Utf8JsonWriter json) => write(json, T.IsZero(_max) ? T.Zero : _max);

        protected override void Fold(IArrowArray array, bool hasNulls)
        {
            if (_hasNaN)
            {
                return;
            }

            ReadOnlySpan<T> values = Buffers.Values<T>(array);
            if (!hasNulls)
            {
                if (!(_hasNaN = MinMax.AnyNaN(values)))
                {
                    MinMax.Fold(values, ref _min, ref _max);
                }

                return;
            }

            Validity validity = Buffers.ValidityOf(array);
            for (int i = 0; i < values.Length; i++)
            {
                if (validity[i])
                {
                    T v = values[i];
                    _hasNaN |= T.IsNaN(v);
                    _min = v < _min ? v : _min;
                    _max = v > _max ? v : _max;
                }
            }
        }
    }

    private sealed class DecimalLeaf(int scale) : StatsLeaf
    {
        private Int128 _min = Int128.MaxValue;
        private Int128 _max = Int128.MinValue;

        public override bool HasMin => _min <= _max;

        public override bool HasMax => _min <= _max;

        public override void WriteMin(Utf8JsonWriter json) => json.WriteRawValue(StatsText.Decimal(_min, scale), skipInputValidation: true);

        public override void WriteMax(Utf8JsonWriter json) => json.WriteRawValue(StatsText.Decimal(_max, scale), skipInputValidation: true);

        protected override void Fold(IArrowArray array, bool hasNulls)
        {
            ReadOnlySpan<Int128> values = Buffers.Values<Int128>(array);
            Validity validity = Buffers.ValidityOf(array);
            for (int i = 0; i < values.Length; i++)
            {
                if (validity[i])
                {
                    _min = Int128.Min(_min, values[i]);
                    _max = Int128.Max(_max, values[i]);
                }
            }
        }
    }

    private sealed class TextLeaf : StatsLeaf
    {
        private byte[]? _min;
        private byte[]? _max;
        private string? _maxText;
        private bool _hasMax;

        public override bool HasMin => _min is not null && StatsText.IsText(_min);

        public override bool HasMax
        {
            get
            {
                _maxText = _max is not null && StatsText.IsText(_max) ? StatsText.MaxText(_max) : null;
                _hasMax = _maxText is not null;
                return _hasMax;
            }
        }

        public override void WriteMin(Utf8JsonWriter json) => json.WriteStringValue(StatsText.MinText(_min));

        public override void WriteMax(Utf8JsonWriter json) => json.WriteStringValue(_maxText);

        protected override void Fold(IArrowArray array, bool hasNulls)
        {
            ReadOnlySpan<int> offsets = Buffers.Offsets(array);
            ReadOnlySpan<byte> bytes = Buffers.Bytes(array);
            Validity validity = Buffers.ValidityOf(array);
            ReadOnlySpan<byte> min = default;
            ReadOnlySpan<byte> max = default;
            bool any = false;
            for (int i = 0; i < array.Length; i++)
            {
                if (hasNulls && !validity[i])
                {
                    continue;
                }

                ReadOnlySpan<byte> v = bytes[offsets[i]..offsets[i + 1]];
                if (!any)
                {
                    min = max = v;
                    any = true;
                }
                else if (v.SequenceCompareTo(max) > 0)
                {
                    max = v;
                }
                else if (v.SequenceCompareTo(min) < 0)
                {
                    min = v;
                }
            }

            if (_min is null || min.SequenceCompareTo(_min) < 0)
            {
                _min = min.ToArray();
            }

            if (_max is null || max.SequenceCompareTo(_max) > 0)
            {
                _max = max.ToArray();
            }
        }
    }
}
