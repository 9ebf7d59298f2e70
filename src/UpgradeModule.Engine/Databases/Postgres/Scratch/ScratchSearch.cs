namespace UpgradeModule.Engine.Databases.Postgres.Scratch;

/// <summary>What a search for a place to prove a restore found.</summary>
/// <param name="Place">The place; <see langword="null"/> where there is none.</param>
/// <param name="Reasons">Why the places that come before it, or all, are not to be had, without full stops.</param>
/// <param name="Remedy">What to do to have one, in a sentence.</param>
internal sealed record ScratchSearch(ScratchPlace? Place, IReadOnlyList<string> Reasons, string Remedy);
