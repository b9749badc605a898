-- wrk: one call of the meetings dialect, named by the environment: CARDEA_CALL is start, get or guest.
local call = os.getenv("CARDEA_CALL")
local path = os.getenv("CARDEA_PATH")

wrk.headers["Content-Type"] = "application/json"
if call == "start" then
  wrk.method = "POST"
  wrk.headers["Authorization"] = os.getenv("CARDEA_API_KEY")
  wrk.body = '{"user":{"name":"Jane Doe","id":"janedoe"}}'
elseif call == "guest" then
  wrk.method = "POST"
  wrk.body = '{"name":"John Doe"}'
end
wrk.path = path
