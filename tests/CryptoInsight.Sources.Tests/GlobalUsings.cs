global using CryptoInsight.Domain.Market;
