using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Lake.Silver;

/// <summary>A column that an operator added to <c>silver_charts</c>.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">string, long, integer, double, boolean or timestamp.</param>
public sealed record ExtraColumn(string Name, DataType Type)
{
    /// <summary>True if rows of Silver can carry values of the type.</summary>
    public static bool IsCarried(DataType type) =>
        type == DataType.String || type == DataType.Long || type == DataType.Integer || type == DataType.Double || type == DataType.Boolean || type == DataType.Timestamp;
}
