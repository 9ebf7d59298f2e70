namespace UpgradeModule.Engine.Apps.Checks;

/// <summary>Name, editions and how versions are written.</summary>
internal static class IdentityChecks
{
    /// <summary>Finds the mistakes.</summary>
    /// <param name="context">The definition.</param>
    public static void Run(CheckContext context)
    {
        var spec = context.Spec;
        if (spec.FormatVersion != 1) context.Add("$.formatVersion", $"This module reads format version 1, not {spec.FormatVersion}.");
        if (spec.Name.Length == 0) context.Add("$.name", "The name is missing.");
        else if (!IsId(spec.Name)) context.Add("$.name", $"'{spec.Name}' can't be a name: use lower-case letters, digits and hyphens.");
        context.Required("$.displayName", spec.DisplayName, "The name that people know");
        if (spec.Source is not null) context.Required("$.source.description", spec.Source.Description, "What the sources are");
        Editions(context);
        Versions(context);
    }

    private static void Editions(CheckContext context)
    {
        var editions = context.Spec.Editions;
        if (editions.Count == 0) context.Add("$.editions", "At least one edition is needed, also where the application has only one.");
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < editions.Count; i++)
        {
            var path = $"$.editions[{i}]";
            if (editions[i].Id.Length == 0) context.Add(path + ".id", "The edition's id is missing.");
            else if (!IsId(editions[i].Id)) context.Add(path + ".id", $"'{editions[i].Id}' can't be an id: use lower-case letters, digits and hyphens.");
            context.Unique(seen, path + ".id", editions[i].Id, "The edition");
            context.Required(path + ".displayName", editions[i].DisplayName, "The edition's name");
        }

        var defaults = editions.Count(edition => edition.Default);
        if (defaults > 1) context.Add("$.editions", $"{defaults} editions are the default one; only one can be.");
        else if (defaults == 0 && editions.Count > 1) context.Add("$.editions", "None of the editions is the default one: give one of them \"default\": true.");
    }

    private static void Versions(CheckContext context)
    {
        var versions = context.Spec.Versions;
        context.OneOf("$.versions.scheme", versions.Scheme, "numeric", "licensed");
        if (!versions.Tag.Contains("{version}", StringComparison.Ordinal)) context.Add("$.versions.tag", "The tag must have the place {version}.");
        for (var i = 0; i < versions.Variants.Count; i++)
        {
            if (!versions.Variants[i].StartsWith("with-", StringComparison.Ordinal)) context.Add($"$.versions.variants[{i}]", "A variant begins with 'with-'; other suffixes name pre-releases.");
        }

        const string Prefixes = "$.versions.editionPrefixes";
        context.EditionKeys(Prefixes, versions.EditionPrefixes);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (id, prefix) in versions.EditionPrefixes)
        {
            if (prefix.Length is 0 or > 6 || !prefix.All(char.IsAsciiDigit)) context.Add($"{Prefixes}.{id}", $"'{prefix}' must be a number.");
            context.Unique(seen, $"{Prefixes}.{id}", prefix, "The number");
        }

        if (versions.Scheme == "licensed")
        {
            foreach (var edition in context.Scheme.Editions)
            {
                if (!versions.EditionPrefixes.ContainsKey(edition)) context.Add(Prefixes, $"The scheme 'licensed' needs the first number of the edition '{edition}'.");
            }
        }
        else if (versions.EditionPrefixes.Count > 0)
        {
            context.Add(Prefixes, "Only the scheme 'licensed' has numbers of editions.");
        }
    }

    private static bool IsId(string text) => text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-') && text[0] != '-' && text[^1] != '-';
}
