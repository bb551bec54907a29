"""incidents --calibration: what was predicted, beside what came true."""

from aiops.names import PATTERNS_TABLE
from command.laptop import Account
from tasks.domain.confidence import Fix
from tasks.store import fixes

FIX = Fix("ec2_instance_stopped", "start_instance", "AWS::EC2::Instance", "default")


def test_nothing_tried_is_said_so(account: Account) -> None:
    assert "No fix has been tried yet." in account.aiops("incidents", "--calibration").out
    assert account.aiops("incidents", "--calibration", "--json").out == ""


def test_predictions_stand_beside_what_came_true_by_who_predicted(account: Account) -> None:
    for number, (helped, model) in enumerate([(True, 0.55), (True, None), (False, None), (True, None)]):
        predicted = {"result": 0.85, "rules": 0.95, "model": model}
        fixes.count(
            account.dynamo,
            PATTERNS_TABLE,
            {FIX: helped},
            case=str(number),
            predicted=predicted,
            now=1.0,
            retention_days=1,
        )
    result, rules, model_row = account.aiops("incidents", "--calibration", "--json").lines
    assert result == {"by": "result", "low": 0.8, "high": 0.9, "cases": 4, "predicted": 0.85, "verified": 0.75}
    assert (rules["by"], rules["verified"]) == ("rules", 0.75)
    assert (model_row["by"], model_row["cases"], model_row["verified"]) == ("model", 1, 1.0)
    assert "Mean distance of predicted and verified, rules: 0.20" in account.aiops("incidents", "--calibration").out
