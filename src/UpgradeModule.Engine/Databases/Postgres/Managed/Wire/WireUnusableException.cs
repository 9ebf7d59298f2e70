namespace UpgradeModule.Engine.Databases.Postgres.Managed.Wire;

/// <summary>A server wants, or answers, something that the module's own protocol doesn't know: the driver is to be used.</summary>
/// <param name="reason">What, for people; never a secret.</param>
internal sealed class WireUnusableException(string reason) : Exception(reason);
