-- What Argo CD makes of a DebugSession or NodeDebugSession: resource.customizations.health.cntr.dev_DebugSession and _NodeDebugSession in argocd-cm, see docs/gitops.md.
local function condition(type)
  if obj.status ~= nil and obj.status.conditions ~= nil then
    for _, found in ipairs(obj.status.conditions) do
      if found.type == type then
        return found
      end
    end
  end
  return { status = "Unknown" }
end

local function health(status, found, otherwise)
  local message = found.message
  if message == nil or message == "" then
    message = otherwise
  end
  if found.reason ~= nil then
    message = found.reason .. ": " .. message
  end
  return { status = status, message = message }
end

if obj.metadata.deletionTimestamp ~= nil then
  return { status = "Progressing", message = "being deleted: its node is cleaned" }
end

local ready, stalled, completed = condition("Ready"), condition("Stalled"), condition("Completed")
if stalled.status == "True" then
  return health("Degraded", stalled, "the session failed")
end
if completed.status == "True" then
  -- however its command ended: that is the user's affair
  return health("Healthy", completed, "the session is over")
end
if condition("Attached").status == "True" then
  return health("Healthy", condition("Attached"), "a client is attached")
end
if ready.status == "True" then
  return health("Healthy", ready, "a client may attach")
end
return health("Progressing", ready, "cntr's operator has not looked yet")
