namespace UpgradeModule.Pipeline;

/// <summary>The end of a path, as a person asks for it.</summary>
/// <param name="To">The target: an exact version, a major or <c>latest</c>; the newest where <see langword="null"/>.</param>
/// <param name="Edition">The edition at the end; the same where <see langword="null"/>.</param>
/// <param name="IncludePrerelease">Whether pre-releases may be targets.</param>
internal sealed record PathWish(string? To, string? Edition, bool IncludePrerelease);
