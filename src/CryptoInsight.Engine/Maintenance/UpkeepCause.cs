namespace CryptoInsight.Engine.Maintenance;

/// <summary>Why something is done.</summary>
public enum UpkeepCause
{
    /// <summary>Many small files.</summary>
    Pressure,

    /// <summary>Its time has come.</summary>
    Schedule,

    /// <summary>Somebody asked for it.</summary>
    Operator,
}
