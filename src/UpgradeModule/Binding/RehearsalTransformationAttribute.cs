namespace UpgradeModule.Binding;

/// <summary>Takes rehearsals that were serialised.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class RehearsalTransformationAttribute() : RecordTransformationAttribute(typeof(UpgradeRehearsal));
