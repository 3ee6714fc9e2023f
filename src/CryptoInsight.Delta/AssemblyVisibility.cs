using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("CryptoInsight.Delta.Tests")]
