namespace UpgradeModule.Engine.Deployments.Clones;

/// <summary>Something that is mounted in a clone's room.</summary>
/// <param name="Kind"><c>fix</c>: a mount becomes read-only. <c>bind</c>: a folder of the clone's stands at a path. <c>file</c>: a file of the clone's stands there, if one does. <c>empty</c>: an empty folder stands there. <c>hide</c>: what is there, is not.</param>
/// <param name="What">The path; for <c>bind</c> and <c>file</c>, what stands there, relative to the clone's folder.</param>
/// <param name="More">For <c>bind</c> and <c>file</c> the path, else options.</param>
internal sealed record RoomMount(string Kind, string What, string More = "");
