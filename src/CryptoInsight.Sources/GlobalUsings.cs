global using CryptoInsight.Domain.Market;
global using CryptoInsight.Domain.Positions;
global using CryptoInsight.Domain.Sentiment;
