namespace UpgradeModule;

/// <summary>What runs a deployment.</summary>
public enum AppHostKind
{
    /// <summary>A command that UpgradeModule starts and tracks itself.</summary>
    Process,

    /// <summary>A systemd unit.</summary>
    Systemd,

    /// <summary>A Windows service.</summary>
    WindowsService,

    /// <summary>A container of a Docker or Podman engine.</summary>
    Docker,

    /// <summary>A service of a Docker swarm.</summary>
    Swarm,

    /// <summary>A Compose project; the Overleaf Toolkit is one.</summary>
    Compose,

    /// <summary>An Azure Web App.</summary>
    AzureWebApp,

    /// <summary>An AWS Elastic Beanstalk environment.</summary>
    ElasticBeanstalk,

    /// <summary>A Heroku app.</summary>
    Heroku,

    /// <summary>A Metabase Cloud instance.</summary>
    MetabaseCloud,
}
