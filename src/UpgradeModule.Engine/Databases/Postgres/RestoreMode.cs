namespace UpgradeModule.Engine.Databases.Postgres;

/// <summary>What of an archive is restored.</summary>
internal enum RestoreMode
{
    /// <summary>Everything, owners and grants included.</summary>
    Full,

    /// <summary>Everything but owners: what is made belongs to the role that makes it.</summary>
    WithoutOwners,

    /// <summary>Neither owners nor grants.</summary>
    WithoutOwnersAndGrants,

    /// <summary>What a proof needs: neither owners nor grants, and nothing that would reach out to other servers.</summary>
    Proof,
}
