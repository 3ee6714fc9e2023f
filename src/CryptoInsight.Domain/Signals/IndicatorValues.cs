namespace CryptoInsight.Domain.Signals;

/// <summary>The indicators at one bucket; NaN where one is not known yet.</summary>
internal struct IndicatorValues
{
    public double Ma50;
    public double Ma200;
    public double Rsi;
    public sbyte Cross;
    public bool Crossed;
}
