namespace CryptoInsight.Sources.Binance;

/// <summary>Where one column comes from on the wire.</summary>
/// <param name="Name">The column, in Silver's spelling.</param>
/// <param name="Element">Its place in the REST array, or null if arrays do not have it.</param>
/// <param name="JsonName">Its field in the WebSocket's <c>k</c> object, or null if objects do not have it.</param>
/// <param name="Type">What the text must be.</param>
public sealed record WireColumn(string Name, int? Element, string? JsonName, WireType Type);
