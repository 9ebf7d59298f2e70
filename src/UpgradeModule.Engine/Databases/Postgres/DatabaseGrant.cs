namespace UpgradeModule.Engine.Databases.Postgres;

/// <summary>One right on a database.</summary>
/// <param name="Grantee">Who has it; <see langword="null"/> for everybody.</param>
/// <param name="Privilege">The right: <c>CONNECT</c>.</param>
/// <param name="Grantable">Whether it may be handed on.</param>
internal sealed record DatabaseGrant(string? Grantee, string Privilege, bool Grantable);
