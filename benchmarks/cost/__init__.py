"""What a CV costs, computed from what one measured job uses."""
