using UpgradeModule.Engine.Apps;

namespace UpgradeModule.Engine.Paths;

/// <summary>From which edition to which a path goes.</summary>
/// <param name="From">The edition at the start.</param>
/// <param name="To">The edition at the end.</param>
/// <param name="Remark">What a person should know, where the texts contradict each other harmlessly.</param>
internal sealed record PathEditions(string From, string To, string? Remark)
{
    /// <summary>
    /// Works them out. A version written as another than the default edition writes it (1.50.3) names its edition for certain; one written as
    /// the default edition does (0.50.3) may also be meant as "50.3", so what is said besides counts more.
    /// </summary>
    /// <param name="scheme">The version scheme.</param>
    /// <param name="request">Start and target.</param>
    /// <param name="target">The target as it was read.</param>
    /// <exception cref="UpgradeException"><c>EditionNotFound</c>; <c>VersionInvalid</c>: the target is a version of another edition than the one asked for.</exception>
    public static PathEditions Of(VersionScheme scheme, PathRequest request, VersionTarget target)
    {
        var written = scheme.EditionOf(request.From);
        var said = string.IsNullOrEmpty(request.Edition) ? null : scheme.EditionId(request.Edition);
        var from = written is not null && written != scheme.DefaultEdition ? written : said ?? written ?? scheme.DefaultEdition;
        var remark = said is not null && written is not null && said != written
            ? $"The version {request.From} is written as the edition '{written}' writes it, and the edition is said to be '{said}'; the path begins at '{from}'. See which edition really runs."
            : null;

        if (!string.IsNullOrEmpty(request.ToEdition))
        {
            var asked = scheme.EditionId(request.ToEdition);
            if (target.Edition is not null && target.Edition != scheme.DefaultEdition && target.Edition != asked)
            {
                throw new UpgradeException("VersionInvalid", UpgradeErrorCategory.InvalidArgument, target.Text, $"{target.Text} is a version of the edition '{target.Edition}', and the edition '{asked}' was asked for.", $"Write it as {scheme.In(target.Version!, asked)}, or ask for '{target.Edition}'.");
            }

            return new PathEditions(from, asked, remark);
        }

        if (target.Edition is null || target.Edition == from) return new PathEditions(from, from, remark);
        if (target.Edition != scheme.DefaultEdition) return new PathEditions(from, target.Edition, remark);
        return new PathEditions(from, from, remark ?? $"{target.Text} is written as the edition '{target.Edition}' writes it; the path stays in '{from}'. To change the edition, name it with -Edition {target.Edition}.");
    }
}
