namespace UpgradeModule.Engine.Databases.MySql;

/// <summary>Whose server or program it is: they have grown apart.</summary>
internal enum MySqlFlavour
{
    /// <summary>Oracle's MySQL, or Percona's.</summary>
    MySql,

    /// <summary>MariaDB.</summary>
    MariaDb,
}
