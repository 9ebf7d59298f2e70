namespace UpgradeModule.Engine.Databases.Postgres;

/// <summary>One setting of a database, or of a role in it.</summary>
/// <param name="Role">The role; <see langword="null"/> for the database itself.</param>
/// <param name="Name">The setting's name.</param>
/// <param name="Value">Its value, as the catalogue has it.</param>
internal sealed record DatabaseSetting(string? Role, string Name, string Value);
